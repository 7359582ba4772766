package io.sallyport.tls;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/**
 * Reads X.509 certificates as TLS libraries do, which the JDK is stricter than: it has none with an empty issuer, or with
 * an empty subject beside a subjectAltName that is not critical (RFC 5280 sections 4.1.2.4 and 4.2.1.6).
 */
final class CertificateParser {
    private CertificateParser() {}

    /**
     * The certificate that {@code der} begins with; what follows it (OpenSSL's TRUSTED CERTIFICATE) is passed over.
     *
     * @throws CertificateException when it is none
     */
    static X509Certificate parse(byte[] der) throws CertificateException {
        try {
            return parse(der, CertificateFactory.getInstance("X.509"));
        } catch (CertificateException e) {
            return lenient(der, e);
        }
    }

    private static X509Certificate lenient(byte[] der, CertificateException strict) throws CertificateException {
        try {
            return parse(der, CertificateFactory.getInstance("X.509", BouncyCastle.provider()));
        } catch (CertificateException | RuntimeException e) {
            throw strict;
        }
    }

    private static X509Certificate parse(byte[] der, CertificateFactory factory) throws CertificateException {
        X509Certificate certificate = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
        if (certificate == null) {
            throw new CertificateException("empty");
        }
        // Bouncy Castle reads some fields only when they are asked for.
        certificate.getSubjectX500Principal();
        certificate.getIssuerX500Principal();
        certificate.getNotAfter();
        certificate.getNotBefore();
        certificate.getPublicKey();
        return certificate;
    }
}
