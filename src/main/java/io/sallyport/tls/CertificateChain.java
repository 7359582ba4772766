package io.sallyport.tls;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * Certificates in the order in which they are sent: each is issued by the next (RFC 5246 section 7.4.2: a client may
 * refuse another order).
 *
 * @param ordered leaf first
 * @param leftOut what was found beside them and has no place in the chain
 * @param repaired whether they were found in another order
 */
public record CertificateChain(List<X509Certificate> ordered, List<X509Certificate> leftOut, boolean repaired) {

    public CertificateChain {
        ordered = List.copyOf(ordered);
        leftOut = List.copyOf(leftOut);
    }

    public static CertificateChain of(X509Certificate leaf, List<X509Certificate> found) {
        List<X509Certificate> rest = new ArrayList<>(found);
        rest.remove(leaf);
        List<X509Certificate> ordered = new ArrayList<>(List.of(leaf));
        X509Certificate last = leaf;
        while (!isSelfSigned(last)) {
            X509Certificate subject = last;
            List<X509Certificate> issuers = rest.stream()
                    .filter(candidate -> isIssuedBy(subject, candidate))
                    .toList();
            if (issuers.isEmpty()) {
                break;
            }
            last = issuers.get(0);
            rest.remove(last);
            ordered.add(last);
        }
        List<X509Certificate> placed =
                found.stream().filter(ordered::contains).distinct().toList();
        return new CertificateChain(ordered, rest, !placed.equals(ordered));
    }

    public X509Certificate last() {
        return ordered.get(ordered.size() - 1);
    }

    public static boolean isSelfSigned(X509Certificate certificate) {
        return isIssuedBy(certificate, certificate);
    }

    public static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
