package io.sallyport.tls.path;

import io.netty.internal.tcnative.CertificateVerifier;

/** Why a client certificate is refused, with the alert that the client gets (RFC 8446 section 6.2). */
public enum ClientCertificateFailure {
    /** A certificate of the chain is past its end date: certificate_expired. */
    EXPIRED,
    /** A certificate of the chain is before its start date: bad_certificate. */
    NOT_YET_VALID,
    /** A revocation list names a certificate of the chain: certificate_revoked. */
    REVOKED,
    /** No chain leads to a trust anchor: unknown_ca. */
    UNKNOWN_ISSUER,
    /** The key usage does not take in client authentication: unsupported_certificate. */
    WRONG_PURPOSE,
    /** More intermediates than {@code max-depth}, or than one of them allows: unknown_ca. */
    CHAIN_TOO_DEEP,
    /** A certificate is not signed by the one that it names as its issuer, or not safely: decrypt_error. */
    BAD_SIGNATURE,
    /** {@code hard-fail}, and no revocation list of the issuer is there: unknown_ca. */
    CRL_UNAVAILABLE,
    /** {@code hard-fail}, and the revocation list of the issuer is past its next update: certificate_expired. */
    CRL_EXPIRED,
    /** An access rule: bad_certificate, for BoringSSL has no error that gives access_denied. */
    REFUSED_BY_RULE,
    /** A certificate cannot be read, or has a critical part that is not known: bad_certificate. */
    MALFORMED;

    /**
     * The verification error of OpenSSL that BoringSSL turns into the alert.
     *
     * <p>Not a field: the numbers are the native library's own, and to ask for them before it is loaded breaks it.
     */
    int verificationError() {
        return switch (this) {
            case EXPIRED -> CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED;
            case REVOKED -> CertificateVerifier.X509_V_ERR_CERT_REVOKED;
            case UNKNOWN_ISSUER -> CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
            case WRONG_PURPOSE -> CertificateVerifier.X509_V_ERR_INVALID_PURPOSE;
            case CHAIN_TOO_DEEP -> CertificateVerifier.X509_V_ERR_CERT_CHAIN_TOO_LONG;
            case BAD_SIGNATURE -> CertificateVerifier.X509_V_ERR_CERT_SIGNATURE_FAILURE;
            case CRL_UNAVAILABLE -> CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_CRL;
            case CRL_EXPIRED -> CertificateVerifier.X509_V_ERR_CRL_HAS_EXPIRED;
            // Its own error, CERT_NOT_YET_VALID, would tell the client that its certificate has expired.
            case NOT_YET_VALID, REFUSED_BY_RULE, MALFORMED -> CertificateVerifier.X509_V_ERR_CERT_REJECTED;
        };
    }

    /** The IANA name of the alert that BoringSSL makes of it. */
    public String alert() {
        return switch (this) {
            case EXPIRED, CRL_EXPIRED -> "certificate_expired";
            case REVOKED -> "certificate_revoked";
            case UNKNOWN_ISSUER, CHAIN_TOO_DEEP, CRL_UNAVAILABLE -> "unknown_ca";
            case WRONG_PURPOSE -> "unsupported_certificate";
            case BAD_SIGNATURE -> "decrypt_error";
            case NOT_YET_VALID, REFUSED_BY_RULE, MALFORMED -> "bad_certificate";
        };
    }
}
