package io.sallyport.tls.material;

import io.sallyport.tls.x509.CertificateSignature;
import io.sallyport.tls.x509.CertificateSignature.Verdict;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
            Optional<X509Certificate> issuer = issuerOf(last, rest);
            if (issuer.isEmpty()) {
                break;
            }
            last = issuer.get();
            rest.remove(last);
            ordered.add(last);
        }
        List<X509Certificate> placed =
                found.stream().filter(ordered::contains).distinct().toList();
        return new CertificateChain(ordered, rest, !placed.equals(ordered));
    }

    /** Whose signature neither the JDK nor Bouncy Castle can check. */
    public List<X509Certificate> unverifiable() {
        List<X509Certificate> result = new ArrayList<>();
        for (int i = 1; i < ordered.size(); i++) {
            if (CertificateSignature.verify(ordered.get(i - 1), ordered.get(i)) == Verdict.UNKNOWN) {
                result.add(ordered.get(i - 1));
            }
        }
        return result;
    }

    public X509Certificate last() {
        return ordered.get(ordered.size() - 1);
    }

    public static boolean isSelfSigned(X509Certificate certificate) {
        return isIssuedBy(certificate, certificate);
    }

    public static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
        return isNamedBy(certificate, issuer) && CertificateSignature.verify(certificate, issuer) == Verdict.VALID;
    }

    /** One whose signature is good, else one whose signature nothing here can check: that is no reason to leave it out. */
    private static Optional<X509Certificate> issuerOf(X509Certificate certificate, List<X509Certificate> candidates) {
        Optional<X509Certificate> unknown = Optional.empty();
        for (X509Certificate candidate : candidates) {
            if (!isNamedBy(certificate, candidate)) {
                continue;
            }
            Verdict verdict = CertificateSignature.verify(certificate, candidate);
            if (verdict == Verdict.VALID) {
                return Optional.of(candidate);
            }
            if (verdict == Verdict.UNKNOWN && unknown.isEmpty()) {
                unknown = Optional.of(candidate);
            }
        }
        return unknown;
    }

    private static boolean isNamedBy(X509Certificate certificate, X509Certificate issuer) {
        return certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal());
    }
}
