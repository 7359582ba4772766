package io.sallyport.tls;

import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertPathValidatorException.Reason;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates one path (RFC 5280 section 6) and that its certificates may be used for what they are shown for. */
final class ClientPathValidator {
    private static final String ANY_PURPOSE = "2.5.29.37.0";

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

    private ClientPathValidator() {}

    /** What a certificate is shown for (RFC 5280 section 4.2.1.12). */
    enum Purpose {
        CLIENT("clientAuth", "1.3.6.1.5.5.7.3.2"),
        SERVER("serverAuth", "1.3.6.1.5.5.7.3.1");

        private final String word;
        private final String oid;

        Purpose(String word, String oid) {
            this.word = word;
            this.oid = oid;
        }
    }

    /** Validates signatures, dates, constraints and purposes; no revocation, and nothing is fetched. */
    static void validate(ClientPath path, Instant now) throws ClientCertificateException {
        validate(path, now, Purpose.CLIENT);
    }

    /** The same for another purpose. */
    static void validate(ClientPath path, Instant now, Purpose purpose) throws ClientCertificateException {
        try {
            CertPath certPath = CertificateFactory.getInstance("X.509").generateCertPath(path.certificates());
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(path.anchor(), null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
        } catch (CertPathValidatorException e) {
            throw failed(path, e);
        } catch (GeneralSecurityException e) {
            throw ClientCertificateException.malformed(e);
        }
        for (X509Certificate certificate : path.certificates()) {
            checkPurpose(certificate, purpose);
        }
        checkSigns(path.certificates().get(0));
    }

    /** For a certificate that is trusted by itself: its dates. */
    static void checkDates(X509Certificate certificate, Instant now) throws ClientCertificateException {
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
    static void checkPurpose(X509Certificate certificate) throws ClientCertificateException {
        checkPurpose(certificate, Purpose.CLIENT);
    }

    /** The same for another purpose. */
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
    static void checkSigns(X509Certificate leaf) throws ClientCertificateException {
        boolean @Nullable [] usage = leaf.getKeyUsage();
        if (usage != null && !usage[0]) {
            throw ClientCertificateException.about(
                    leaf, ClientCertificateFailure.WRONG_PURPOSE, "key usage lacks digitalSignature");
        }
    }

    private static ClientCertificateException failed(ClientPath path, CertPathValidatorException e) {
        ClientCertificateFailure failure = FAILURES.getOrDefault(e.getReason(), ClientCertificateFailure.MALFORMED);
        int index = Math.max(e.getIndex(), 0);
        X509Certificate certificate = path.certificates().get(index);
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
