package io.sallyport.tls.path;

import io.sallyport.tls.x509.SpiffeId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Optional;

/** What a certificate must be to stand for a SPIFFE ID, beside what every peer's must be (X509-SVID section 5.2). */
final class SvidRules {
    private SvidRules() {}

    /** What it claims to be; empty: it claims no SPIFFE ID. */
    static Optional<SpiffeId> id(X509Certificate leaf) throws ClientCertificateException {
        try {
            return SpiffeId.of(leaf);
        } catch (CertificateParsingException e) {
            throw ClientCertificateException.about(
                    leaf, ClientCertificateFailure.MALFORMED, String.valueOf(e.getMessage()), e);
        }
    }

    static void check(X509Certificate leaf, SpiffeId id) throws ClientCertificateException {
        if (id.path().isEmpty()) {
            throw ClientCertificateException.about(
                    leaf, ClientCertificateFailure.WRONG_PURPOSE, "\"" + id + "\" has no path, as authorities have it");
        }
        if (leaf.getBasicConstraints() >= 0 || CertificateRules.maySign(leaf)) {
            throw ClientCertificateException.about(
                    leaf,
                    ClientCertificateFailure.WRONG_PURPOSE,
                    "it is an authority's (expected: CA:FALSE, and neither keyCertSign nor cRLSign)");
        }
    }

    static ClientCertificateException unknownDomain(X509Certificate leaf, SpiffeId id) {
        return ClientCertificateException.about(
                leaf,
                ClientCertificateFailure.UNKNOWN_ISSUER,
                "the trust domain of \"" + id + "\" is none of those that the Workload API trusts");
    }
}
