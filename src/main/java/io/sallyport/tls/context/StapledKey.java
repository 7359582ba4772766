package io.sallyport.tls.context;

import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.material.RemoteKey;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key as a context serves it.
 *
 * @param ocspResponse DER; null: none is stapled
 */
record StapledKey(KeyMaterial material, @Nullable ByteBuffer ocspResponse) {

    /**
     * By value what it is. Without the private key: the leaf has its public half.
     *
     * @param chain the same object, as a rule, where nothing has changed: a comparison costs nothing then
     * @param remote the key, where it is in a token: one chain may come to have another
     */
    record Identity(
            String name,
            List<X509Certificate> chain,
            @Nullable ByteBuffer ocspResponse,
            @Nullable RemoteKey remote) {}

    Identity identity() {
        return new Identity(
                material.name(),
                material.chain(),
                ocspResponse,
                material.key() instanceof RemoteKey remote ? remote : null);
    }
}
