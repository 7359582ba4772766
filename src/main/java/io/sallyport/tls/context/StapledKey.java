package io.sallyport.tls.context;

import io.sallyport.tls.material.KeyMaterial;
import java.nio.ByteBuffer;
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
     * @param chain as {@link KeyMaterial#chainHash}
     */
    record Identity(String name, String chain, @Nullable ByteBuffer ocspResponse) {}

    Identity identity() {
        return new Identity(material.name(), material.chainHash(), ocspResponse);
    }
}
