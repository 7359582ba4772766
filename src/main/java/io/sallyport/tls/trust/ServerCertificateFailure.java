package io.sallyport.tls.trust;

import io.netty.internal.tcnative.CertificateVerifier;
import io.sallyport.tls.path.ClientCertificateFailure;

/** Why a server of a backend is not spoken to, by its certificate. */
public enum ServerCertificateFailure {
    /** No chain to a trust anchor, or a certificate that cannot be judged. */
    UNTRUSTED,
    /** A certificate of the chain is past its end date, or before its start date. */
    EXPIRED,
    /** The certificate is for other names. */
    WRONG_NAME,
    /** No allow rule speaks of it. */
    REFUSED_BY_RULE;

    static ServerCertificateFailure of(ClientCertificateFailure failure) {
        return switch (failure) {
            case EXPIRED, NOT_YET_VALID -> EXPIRED;
            case REFUSED_BY_RULE -> REFUSED_BY_RULE;
            default -> UNTRUSTED;
        };
    }

    /** The verification error that BoringSSL turns into the alert for the server. */
    int verificationError() {
        return switch (this) {
            case UNTRUSTED -> CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
            case EXPIRED -> CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED;
            case WRONG_NAME, REFUSED_BY_RULE -> CertificateVerifier.X509_V_ERR_CERT_REJECTED;
        };
    }
}
