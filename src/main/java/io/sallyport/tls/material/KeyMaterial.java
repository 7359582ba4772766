package io.sallyport.tls.material;

import io.sallyport.tls.x509.DistinguishedName;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A private key with its certificate chain, checked to belong together.
 *
 * @param name of its source, as the file, with the alias where it is a key store: for messages and metrics
 * @param algorithm the type of the key
 * @param key never shown
 * @param chain leaf first, each issued by the next; a root at the end is optional (RFC 8446 section 4.4.2)
 * @param serverNames DNS names (wildcards as written) and IP addresses of the leaf, lower case, no trailing dot. Only
 *     subject alternative names count; the common name counts where there are none at all (RFC 6125 section 6.4.4)
 */
public record KeyMaterial(
        String name, KeyAlgorithm algorithm, PrivateKey key, List<X509Certificate> chain, List<String> serverNames) {

    public KeyMaterial {
        chain = List.copyOf(chain);
        serverNames = List.copyOf(serverNames);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a chain has a leaf");
        }
    }

    /** The same, to be picked by these names alone. */
    public KeyMaterial withServerNames(List<String> names) {
        return new KeyMaterial(name, algorithm, key, chain, names);
    }

    public X509Certificate leaf() {
        return chain.get(0);
    }

    public X509Certificate[] chainArray() {
        return chain.toArray(new X509Certificate[0]);
    }

    public Instant notBefore() {
        return leaf().getNotBefore().toInstant();
    }

    public Instant notAfter() {
        return leaf().getNotAfter().toInstant();
    }

    @Override
    public String toString() {
        return "KeyMaterial[" + name + ", " + algorithm + ", "
                + DistinguishedName.display(leaf().getSubjectX500Principal()) + "]";
    }
}
