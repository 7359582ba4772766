package io.sallyport.explain;

import io.sallyport.tls.CertificateChain;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The certificates that a server sent.
 *
 * @param sent in the order of the wire, the server's own first
 * @param chain in the order in which each is issued by the next
 */
record ServedChain(List<X509Certificate> sent, CertificateChain chain) {

    ServedChain {
        sent = List.copyOf(sent);
    }

    /** @param sent at least one */
    static ServedChain of(List<X509Certificate> sent) {
        return new ServedChain(sent, CertificateChain.of(sent.get(0), sent));
    }

    X509Certificate leaf() {
        return sent.get(0);
    }
}
