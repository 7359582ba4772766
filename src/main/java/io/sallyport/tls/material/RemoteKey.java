package io.sallyport.tls.material;

import java.security.PrivateKey;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A private key that nobody has: it signs where it is, which takes time and may fail. Two are equal that are the same key. */
public interface RemoteKey extends PrivateKey {

    /**
     * A signature. Never blocks.
     *
     * @param scheme of TLS (RFC 8446 section 4.2.3), or BoringSSL's 0xff01 for TLS before 1.2
     * @param input what is to be signed, not hashed
     */
    CompletableFuture<byte[]> sign(int scheme, byte[] input);

    @Override
    default @Nullable String getFormat() {
        return null;
    }

    @Override
    default byte @Nullable [] getEncoded() {
        return null;
    }
}
