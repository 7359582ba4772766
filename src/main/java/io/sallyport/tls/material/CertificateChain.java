package io.sallyport.tls.material;

import io.sallyport.tls.x509.CertificateSignature;
import io.sallyport.tls.x509.CertificateSignature.Verdict;
import io.sallyport.tls.x509.KeyIdentifiers;
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
 * @param unverifiable whose signature neither the JDK nor Bouncy Castle can check
 */
public record CertificateChain(
        List<X509Certificate> ordered,
        List<X509Certificate> leftOut,
        boolean repaired,
        List<X509Certificate> unverifiable) {

    public CertificateChain {
        ordered = List.copyOf(ordered);
        leftOut = List.copyOf(leftOut);
        unverifiable = List.copyOf(unverifiable);
    }

    /** Tells whether one certificate is issued by another of the name that it asks for. */
    private interface Link {
        Verdict verify(X509Certificate certificate, X509Certificate issuer);
    }

    private record Issuer(X509Certificate certificate, Verdict verdict) {}

    /** The chain of which each link is a good signature. */
    public static CertificateChain of(X509Certificate leaf, List<X509Certificate> found) {
        return of(leaf, found, CertificateSignature::verify);
    }

    /**
     * The chain of which each link is what OpenSSL's {@code X509_check_issued} goes by: names and key identifiers. Where a link
     * has no identifiers, its signature decides. A folder has thousands of chains, and a signature takes milliseconds.
     */
    public static CertificateChain ofIdentifiers(X509Certificate leaf, List<X509Certificate> found) {
        return of(leaf, found, CertificateChain::identified);
    }

    private static CertificateChain of(X509Certificate leaf, List<X509Certificate> found, Link link) {
        List<X509Certificate> rest = new ArrayList<>(found);
        rest.remove(leaf);
        List<X509Certificate> ordered = new ArrayList<>(List.of(leaf));
        List<X509Certificate> unverifiable = new ArrayList<>();
        X509Certificate last = leaf;
        while (!rest.isEmpty() && !isIssuedBy(last, last, link)) {
            Optional<Issuer> issuer = issuerOf(last, rest, link);
            if (issuer.isEmpty()) {
                break;
            }
            if (issuer.get().verdict == Verdict.UNKNOWN) {
                unverifiable.add(last);
            }
            last = issuer.get().certificate;
            rest.remove(last);
            ordered.add(last);
        }
        List<X509Certificate> placed =
                found.stream().filter(ordered::contains).distinct().toList();
        return new CertificateChain(ordered, rest, !placed.equals(ordered), unverifiable);
    }

    public X509Certificate last() {
        return ordered.get(ordered.size() - 1);
    }

    public static boolean isSelfSigned(X509Certificate certificate) {
        return isIssuedBy(certificate, certificate);
    }

    /** As OpenSSL's {@code X509_self_signed} without a look at the signature, where there are identifiers. */
    public static boolean namesItself(X509Certificate certificate) {
        return isIssuedBy(certificate, certificate, CertificateChain::identified);
    }

    public static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
        return isIssuedBy(certificate, issuer, CertificateSignature::verify);
    }

    private static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer, Link link) {
        return isNamedBy(certificate, issuer) && link.verify(certificate, issuer) == Verdict.VALID;
    }

    private static Verdict identified(X509Certificate certificate, X509Certificate issuer) {
        return KeyIdentifiers.agree(certificate, issuer)
                ? Verdict.VALID
                : CertificateSignature.verify(certificate, issuer);
    }

    /** One whose signature is good, else one whose signature nothing here can check: that is no reason to leave it out. */
    private static Optional<Issuer> issuerOf(X509Certificate certificate, List<X509Certificate> candidates, Link link) {
        Optional<Issuer> unknown = Optional.empty();
        for (X509Certificate candidate : candidates) {
            if (!isNamedBy(certificate, candidate)) {
                continue;
            }
            Verdict verdict = link.verify(certificate, candidate);
            if (verdict == Verdict.VALID) {
                return Optional.of(new Issuer(candidate, verdict));
            }
            if (verdict == Verdict.UNKNOWN && unknown.isEmpty()) {
                unknown = Optional.of(new Issuer(candidate, verdict));
            }
        }
        return unknown;
    }

    private static boolean isNamedBy(X509Certificate certificate, X509Certificate issuer) {
        return certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal());
    }
}
