package io.sallyport.explain.probe;

import io.sallyport.tls.material.CertificateChain;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The certificates that a server sent.
 *
 * @param sent in the order of the wire, the server's own first
 * @param chain in the order in which each is issued by the next
 */
public record ServedChain(List<X509Certificate> sent, CertificateChain chain) {

    public ServedChain {
        sent = List.copyOf(sent);
    }

    /**
     * The chain of these certificates.
     *
     * @param sent at least one
     */
    public static ServedChain of(List<X509Certificate> sent) {
        return new ServedChain(sent, CertificateChain.of(sent.get(0), sent));
    }

    public X509Certificate leaf() {
        return sent.get(0);
    }
}
