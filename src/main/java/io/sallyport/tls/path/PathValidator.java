package io.sallyport.tls.path;

import io.sallyport.tls.x509.Signatures;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertPathValidatorException.Reason;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Validates one path (RFC 5280 section 6) and that its certificates may be used for what they are shown for.
 *
 * <p>The JDK verifies signatures, algorithms and policies; Bouncy Castle does where the JDK knows a key or a name not. What
 * the certificates say of themselves is held against the path by the same rules for both, and for the anchor too, which
 * RFC 5280 and the JDK exempt and OpenSSL does not.
 */
final class PathValidator {
    private static final Map<Reason, ClientCertificateFailure> FAILURES = Map.ofEntries(
            Map.entry(BasicReason.EXPIRED, ClientCertificateFailure.EXPIRED),
            Map.entry(BasicReason.NOT_YET_VALID, ClientCertificateFailure.NOT_YET_VALID),
            Map.entry(BasicReason.INVALID_SIGNATURE, ClientCertificateFailure.BAD_SIGNATURE),
            Map.entry(BasicReason.ALGORITHM_CONSTRAINED, ClientCertificateFailure.BAD_SIGNATURE),
            Map.entry(PKIXReason.PATH_TOO_LONG, ClientCertificateFailure.CHAIN_TOO_DEEP),
            Map.entry(PKIXReason.NOT_CA_CERT, ClientCertificateFailure.UNKNOWN_ISSUER),
            Map.entry(PKIXReason.INVALID_KEY_USAGE, ClientCertificateFailure.UNKNOWN_ISSUER),
            Map.entry(PKIXReason.NAME_CHAINING, ClientCertificateFailure.UNKNOWN_ISSUER),
            Map.entry(PKIXReason.NO_TRUST_ANCHOR, ClientCertificateFailure.UNKNOWN_ISSUER),
            Map.entry(PKIXReason.INVALID_NAME, ClientCertificateFailure.UNKNOWN_ISSUER),
            Map.entry(PKIXReason.INVALID_POLICY, ClientCertificateFailure.UNKNOWN_ISSUER),
            Map.entry(PKIXReason.UNRECOGNIZED_CRIT_EXT, ClientCertificateFailure.MALFORMED));

    private final CertificationPath path;
    private final List<X509Certificate> certificates;
    private final CertificateRules.Purpose purpose;
    private final Instant now;

    private PathValidator(CertificationPath path, CertificateRules.Purpose purpose, Instant now) {
        this.path = path;
        this.certificates = path.certificates();
        this.purpose = purpose;
        this.now = now;
    }

    /** Validates signatures, dates, constraints and purposes; no revocation, and nothing is fetched. */
    static void validate(CertificationPath path, CertificateRules.Purpose purpose, Instant now)
            throws ClientCertificateException {
        new PathValidator(path, purpose, now).validate();
    }

    private void validate() throws ClientCertificateException {
        checkItself(certificates.size() - 1);
        if (certificates.size() > 1) {
            verify();
        }
        // From the anchor down: what is read of a certificate is vouched for by then.
        for (int i = certificates.size() - 2; i >= 0; i--) {
            checkItself(i);
        }
        NameConstraints.check(path);
        CertificateRules.checkSignsHandshakes(path.leaf());
    }

    private void checkItself(int index) throws ClientCertificateException {
        X509Certificate certificate = certificates.get(index);
        CertificateRules.checkDates(certificate, now);
        if (index > 0) {
            CertificateRules.checkIssues(certificate, path.authoritiesBelow(index));
        }
        CertificateRules.checkCriticalExtensions(certificate);
        CertificateRules.checkPurpose(certificate, purpose);
    }

    private void verify() throws ClientCertificateException {
        int anchor = certificates.size() - 1;
        if (!isKnownToJdk()) {
            for (int i = anchor; i > 0; i--) {
                CertificateRules.checkPolicyIsFree(certificates.get(i));
                verifySignature(certificates.get(i - 1), certificates.get(i));
            }
        } else if (has(CertificateRules.NAME_CONSTRAINTS) && !has(CertificateRules.POLICY_CONSTRAINTS)) {
            // The JDK ends in a NullPointerException at a URI without a host, and takes each common name for a host:
            // link
            // by link it sees no name constraints.
            for (int i = anchor; i > 0; i--) {
                verifyByJdk(i - 1, i);
            }
        } else {
            verifyByJdk(0, anchor);
        }
    }

    private boolean isKnownToJdk() {
        return IntStream.range(1, certificates.size())
                .allMatch(i -> Signatures.isKnownToJdk(
                        certificates.get(i - 1), certificates.get(i).getPublicKey()));
    }

    private boolean has(String extension) {
        return certificates.stream().anyMatch(certificate -> certificate.getExtensionValue(extension) != null);
    }

    /** The certificates from {@code first} to below {@code issuer}, by the key of {@code issuer}. */
    private void verifyByJdk(int first, int issuer) throws ClientCertificateException {
        try {
            CertPath below =
                    CertificateFactory.getInstance("X.509").generateCertPath(certificates.subList(first, issuer));
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(certificates.get(issuer), null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX").validate(below, parameters);
        } catch (CertPathValidatorException e) {
            throw failed(certificates.get(first + Math.max(e.getIndex(), 0)), e);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw ClientCertificateException.malformed(e);
        }
    }

    private static void verifySignature(X509Certificate certificate, X509Certificate issuer)
            throws ClientCertificateException {
        try {
            if (!Signatures.isSigned(certificate, issuer.getPublicKey())) {
                throw ClientCertificateException.about(
                        certificate,
                        ClientCertificateFailure.BAD_SIGNATURE,
                        "the signature is not good by the key of its issuer");
            }
        } catch (NoSuchAlgorithmException e) {
            throw ClientCertificateException.about(
                    certificate,
                    ClientCertificateFailure.MALFORMED,
                    "neither the JVM nor Bouncy Castle verifies this signature: " + e.getMessage(),
                    e);
        }
    }

    private static ClientCertificateException failed(X509Certificate certificate, CertPathValidatorException e) {
        ClientCertificateFailure failure = FAILURES.getOrDefault(e.getReason(), ClientCertificateFailure.MALFORMED);
        String detail = switch (failure) {
            case EXPIRED -> "expired at " + certificate.getNotAfter().toInstant();
            case NOT_YET_VALID ->
                "not valid before " + certificate.getNotBefore().toInstant();
            case BAD_SIGNATURE -> "the signature is not good by the key of its issuer: " + e.getMessage();
            default -> String.valueOf(e.getMessage());
        };
        return ClientCertificateException.about(certificate, failure, detail, e);
    }
}
