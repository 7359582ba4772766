package io.sallyport.tls.path;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a certificate says of itself (RFC 5280 section 4), held against how it is used; trust anchors are no exception. */
public final class CertificateRules {
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    static final String NAME_CONSTRAINTS = "2.5.29.30";
    static final String POLICY_CONSTRAINTS = "2.5.29.36";
    private static final String ANY_PURPOSE = "2.5.29.37.0";
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int CERTIFICATE_SIGN = 5;
    private static final int CRL_SIGN = 6;

    /** The extensions that {@link PathValidator} heeds, or that say nothing about a path. */
    private static final Set<String> UNDERSTOOD = Set.of(
            "2.5.29.14", // subjectKeyIdentifier
            "2.5.29.15", // keyUsage
            "2.5.29.17", // subjectAltName
            "2.5.29.18", // issuerAltName
            BASIC_CONSTRAINTS,
            NAME_CONSTRAINTS,
            "2.5.29.31", // cRLDistributionPoints
            "2.5.29.32", // certificatePolicies
            "2.5.29.33", // policyMappings
            "2.5.29.35", // authorityKeyIdentifier
            POLICY_CONSTRAINTS,
            "2.5.29.37", // extKeyUsage
            "2.5.29.54", // inhibitAnyPolicy
            "2.16.840.1.113730.1.1"); // netscape-cert-type

    /** What a certificate is shown for (RFC 5280 section 4.2.1.12). */
    public enum Purpose {
        CLIENT("clientAuth", "1.3.6.1.5.5.7.3.2"),
        SERVER("serverAuth", "1.3.6.1.5.5.7.3.1");

        private final String word;
        private final String oid;

        Purpose(String word, String oid) {
            this.word = word;
            this.oid = oid;
        }
    }

    private CertificateRules() {}

    public static void checkDates(X509Certificate certificate, Instant now) throws ClientCertificateException {
        Instant notBefore = certificate.getNotBefore().toInstant();
        Instant notAfter = certificate.getNotAfter().toInstant();
        if (now.isAfter(notAfter)) {
            throw ClientCertificateException.about(
                    certificate, ClientCertificateFailure.EXPIRED, "expired at " + notAfter);
        }
        if (now.isBefore(notBefore)) {
            throw ClientCertificateException.about(
                    certificate, ClientCertificateFailure.NOT_YET_VALID, "not valid before " + notBefore);
        }
    }

    /** Extended key usage, where there is one (RFC 5280 section 4.2.1.12); on an authority it limits what is below. */
    static void checkPurpose(X509Certificate certificate, Purpose purpose) throws ClientCertificateException {
        @Nullable List<String> purposes;
        try {
            purposes = certificate.getExtendedKeyUsage();
        } catch (CertificateParsingException e) {
            throw ClientCertificateException.malformed(e);
        }
        if (purposes != null && !purposes.contains(purpose.oid) && !purposes.contains(ANY_PURPOSE)) {
            throw ClientCertificateException.about(
                    certificate,
                    ClientCertificateFailure.WRONG_PURPOSE,
                    "extended key usage is " + purposes + " (expected: " + purpose.word + ", " + purpose.oid + ")");
        }
    }

    /** The key usage digitalSignature, where there is a key usage: the peer signs its handshake. */
    static void checkSignsHandshakes(X509Certificate leaf) throws ClientCertificateException {
        if (!mayUseKeyFor(leaf, DIGITAL_SIGNATURE)) {
            throw ClientCertificateException.about(
                    leaf, ClientCertificateFailure.WRONG_PURPOSE, "key usage lacks digitalSignature");
        }
    }

    /** @param below how many authorities are between it and the peer's certificate */
    static void checkIssues(X509Certificate certificate, int below) throws ClientCertificateException {
        @Nullable String obstacle = obstacleToIssuing(certificate);
        if (obstacle != null) {
            throw ClientCertificateException.about(
                    certificate, ClientCertificateFailure.UNKNOWN_ISSUER, "may not issue certificates: " + obstacle);
        }
        int allowed = certificate.getBasicConstraints();
        if (allowed >= 0 && below > allowed) {
            throw ClientCertificateException.about(
                    certificate,
                    ClientCertificateFailure.CHAIN_TOO_DEEP,
                    below + " authorities are below it (expected: its path length, " + allowed + ", or fewer)");
        }
    }

    static void checkCriticalExtensions(X509Certificate certificate) throws ClientCertificateException {
        List<String> unknown = unknownCriticalExtensions(certificate);
        if (!unknown.isEmpty()) {
            throw ClientCertificateException.about(
                    certificate,
                    ClientCertificateFailure.MALFORMED,
                    "has critical extensions that are not known: " + unknown);
        }
    }

    /** For a path whose policies nobody validates (RFC 5280 section 4.2.1.11): none may be required. */
    static void checkPolicyIsFree(X509Certificate certificate) throws ClientCertificateException {
        if (certificate.getExtensionValue(POLICY_CONSTRAINTS) != null) {
            throw ClientCertificateException.about(
                    certificate,
                    ClientCertificateFailure.MALFORMED,
                    "has policy constraints, which only the JVM validates, and it knows not every key of the chain");
        }
    }

    static List<String> unknownCriticalExtensions(X509Certificate certificate) {
        @Nullable Set<String> critical = certificate.getCriticalExtensionOIDs();
        return critical == null
                ? List.of()
                : critical.stream().filter(oid -> !UNDERSTOOD.contains(oid)).toList();
    }

    /** Why {@code certificate} is no authority (RFC 5280 section 6.1.4 k to n); null when it is one. */
    public static @Nullable String obstacleToIssuing(X509Certificate certificate) {
        boolean oldRoot = certificate.getVersion() < 3 && CertificationPath.isSelfIssued(certificate);
        if (certificate.getBasicConstraints() < 0 && !oldRoot) {
            return certificate.getExtensionValue(BASIC_CONSTRAINTS) == null
                    ? "it has no basicConstraints"
                    : "its basicConstraints say CA:FALSE";
        }
        return mayUseKeyFor(certificate, CERTIFICATE_SIGN) ? null : "its key usage lacks keyCertSign";
    }

    /** Whether the lists that its key signed speak for it (RFC 5280 section 6.3.3 f). */
    public static boolean maySignRevocationLists(X509Certificate issuer) {
        return mayUseKeyFor(issuer, CRL_SIGN);
    }

    /** Whether a key usage says that its key signs certificates or lists; one without says nothing. */
    static boolean maySign(X509Certificate certificate) {
        boolean @Nullable [] usage = certificate.getKeyUsage();
        return usage != null && (mayUseKeyFor(certificate, CERTIFICATE_SIGN) || mayUseKeyFor(certificate, CRL_SIGN));
    }

    private static boolean mayUseKeyFor(X509Certificate certificate, int bit) {
        boolean @Nullable [] usage = certificate.getKeyUsage();
        return usage == null || (usage.length > bit && usage[bit]);
    }
}
