package io.sallyport.tls.path;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A way from a peer's certificate to a trust anchor (RFC 5280 section 6).
 *
 * @param certificates the peer's first, each issued by the next, the anchor last; the peer's alone where it is an anchor
 */
public record CertificationPath(List<X509Certificate> certificates) {

    public CertificationPath {
        certificates = List.copyOf(certificates);
    }

    X509Certificate leaf() {
        return certificates.get(0);
    }

    X509Certificate anchor() {
        return certificates.get(certificates.size() - 1);
    }

    /** How many stand between the peer's certificate and the anchor: trust anchors that another one issued count, too. */
    int intermediates() {
        return Math.max(certificates.size() - 2, 0);
    }

    /** How many authorities stand between the peer's certificate and the one at {@code index} (RFC 5280 section 4.2.1.9). */
    int authoritiesBelow(int index) {
        return (int) certificates.subList(1, index).stream()
                .filter(certificate -> !isSelfIssued(certificate))
                .count();
    }

    public static boolean isSelfIssued(X509Certificate certificate) {
        return certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal());
    }
}
