package io.sallyport.tls.material;

import io.netty.handler.ssl.OpenSslCredentialBuilder;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * Whether BoringSSL takes a private key for a certificate, as it has to when it serves the two: the parts of the key fit each
 * other, its public half is the certificate's, and the certificate is for signatures.
 *
 * <p>Asked when the two are read, it refuses one pair of a folder; asked by a context, it refuses all that a listener has.
 */
public final class BoringSslPair {
    private BoringSslPair() {}

    public static boolean isTaken(PrivateKey key, X509Certificate certificate) {
        return refusal(key, certificate) == null;
    }

    /** In its words why not; null where it takes it. */
    public static @Nullable String refusal(PrivateKey key, X509Certificate certificate) {
        try {
            OpenSslCredentialBuilder.forX509(key, certificate).build().release();
            return null;
        } catch (Exception e) {
            Throwable cause = e.getCause();
            return String.valueOf(cause == null ? e.getMessage() : cause.getMessage());
        }
    }
}
