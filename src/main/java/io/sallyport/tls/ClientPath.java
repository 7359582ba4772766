package io.sallyport.tls;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * A way from a client's certificate to a trust anchor.
 *
 * @param certificates the client's, then the intermediates that it sent, each issued by the next
 * @param anchor what the last of them is issued by
 */
record ClientPath(List<X509Certificate> certificates, X509Certificate anchor) {

    ClientPath {
        certificates = List.copyOf(certificates);
    }

    /** How many stand between the client's certificate and the anchor. */
    int intermediates() {
        return certificates.size() - 1;
    }

    X509Certificate issuerOf(int index) {
        return index + 1 < certificates.size() ? certificates.get(index + 1) : anchor;
    }

    List<X509Certificate> withAnchor() {
        List<X509Certificate> whole = new ArrayList<>(certificates);
        whole.add(anchor);
        return whole;
    }
}
