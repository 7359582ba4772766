package io.sallyport.tls.x509;

import java.io.ByteArrayInputStream;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/**
 * Reads X.509 certificates and revocation lists as TLS libraries do, which the JDK is stricter than: it has none with an
 * empty issuer, with an empty subject beside a subjectAltName that is not critical (RFC 5280 sections 4.1.2.4 and
 * 4.2.1.6), or with a key on a curve that it does not know. Those alone are read by Bouncy Castle; everything else that
 * the JDK calls damaged stays damaged.
 */
public final class CertificateParser {
    private CertificateParser() {}

    /**
     * The certificate that {@code der} begins with; what follows it (OpenSSL's TRUSTED CERTIFICATE) is passed over.
     *
     * @throws CertificateException when it is none
     */
    public static X509Certificate parse(byte[] der) throws CertificateException {
        try {
            return certificate(der, CertificateFactory.getInstance("X.509"));
        } catch (CertificateException e) {
            return leniently(der, e);
        }
    }

    /**
     * Certificates one behind the other, with nothing between.
     *
     * @param most how many there may be
     * @throws CertificateException when one of them is none, or there are more
     */
    public static List<X509Certificate> parseAll(byte[] der, int most) throws CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        DerReader reader = new DerReader(der);
        while (!reader.isAtEnd()) {
            if (certificates.size() == most) {
                throw new CertificateException("more than " + most + " certificates");
            }
            byte[] each = reader.next(DerReader.SEQUENCE).encoded();
            CertificateOutline.checkBounds(each);
            certificates.add(parse(each));
        }
        return certificates;
    }

    /**
     * The revocation list that {@code der} begins with.
     *
     * @throws CRLException when it is none
     */
    public static X509CRL parseRevocationList(byte[] der) throws CRLException, CertificateException {
        try {
            return list(der, CertificateFactory.getInstance("X.509"));
        } catch (CRLException e) {
            return listWithEmptyName(der, e);
        }
    }

    private static X509Certificate certificate(byte[] der, CertificateFactory factory) throws CertificateException {
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

    private static X509CRL list(byte[] der, CertificateFactory factory) throws CRLException {
        X509CRL list = (X509CRL) factory.generateCRL(new ByteArrayInputStream(der));
        if (list == null) {
            throw new CRLException("empty");
        }
        return list;
    }

    private static X509Certificate leniently(byte[] der, CertificateException strict) throws CertificateException {
        try {
            CertificateFactory factory = lenient();
            if (BouncyCastleSignatures.hasNamelessCurve(der)) {
                throw strict;
            }
            X509Certificate certificate = certificate(der, factory);
            if (isEmpty(certificate.getIssuerX500Principal())
                    || isEmpty(certificate.getSubjectX500Principal())
                    || !Signatures.isKnownToJdk(certificate.getPublicKey())) {
                return certificate;
            }
        } catch (CertificateException | RuntimeException e) {
            throw strict;
        }
        throw strict;
    }

    private static X509CRL listWithEmptyName(byte[] der, CRLException strict) throws CRLException {
        try {
            X509CRL list = list(der, lenient());
            if (isEmpty(list.getIssuerX500Principal())) {
                return list;
            }
        } catch (CRLException | CertificateException | RuntimeException e) {
            throw strict;
        }
        throw strict;
    }

    private static CertificateFactory lenient() throws CertificateException {
        return CertificateFactory.getInstance("X.509", BouncyCastle.provider());
    }

    private static boolean isEmpty(X500Principal name) {
        return name.getName().isEmpty();
    }
}
