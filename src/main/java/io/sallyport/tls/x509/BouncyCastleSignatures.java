package io.sallyport.tls.x509;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.CertificateList;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.DefaultDigestAlgorithmIdentifierFinder;
import org.jspecify.annotations.Nullable;

/**
 * Verifies what the JDK cannot: signatures by keys on Brainpool curves, secp256k1 and P-224, and on certificates with
 * empty names. Bouncy Castle heeds no {@code jdk.certpath.disabledAlgorithms}: what is weak is refused here.
 */
final class BouncyCastleSignatures {
    private static final Set<ASN1ObjectIdentifier> DIGESTS = Set.of(
            NISTObjectIdentifiers.id_sha224,
            NISTObjectIdentifiers.id_sha256,
            NISTObjectIdentifiers.id_sha384,
            NISTObjectIdentifiers.id_sha512,
            NISTObjectIdentifiers.id_sha3_224,
            NISTObjectIdentifiers.id_sha3_256,
            NISTObjectIdentifiers.id_sha3_384,
            NISTObjectIdentifiers.id_sha3_512,
            NISTObjectIdentifiers.id_shake256);

    private static final int SMALLEST_RSA = 1024;
    private static final int SMALLEST_CURVE = 224;

    private BouncyCastleSignatures() {}

    /** @throws NoSuchAlgorithmException when it cannot tell; another exception when the signature is not good */
    static void verify(X509Certificate certificate, PublicKey issuer) throws GeneralSecurityException {
        checkDigest(Certificate.getInstance(certificate.getEncoded()).getSignatureAlgorithm());
        X509Certificate own = (X509Certificate) CertificateFactory.getInstance("X.509", BouncyCastle.provider())
                .generateCertificate(new ByteArrayInputStream(certificate.getEncoded()));
        own.verify(key(issuer), BouncyCastle.provider());
    }

    /** @throws NoSuchAlgorithmException when it cannot tell; another exception when the signature is not good */
    static void verify(X509CRL list, PublicKey issuer) throws GeneralSecurityException {
        checkDigest(CertificateList.getInstance(list.getEncoded()).getSignatureAlgorithm());
        list.verify(key(issuer), BouncyCastle.provider());
    }

    /** Whether the key of this certificate brings the parameters of its curve along: they cost much to check. */
    static boolean hasNamelessCurve(byte[] certificate) {
        return isNameless(
                Certificate.getInstance(certificate).getSubjectPublicKeyInfo().getAlgorithm());
    }

    private static boolean isNameless(AlgorithmIdentifier key) {
        return key.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)
                && !(key.getParameters() instanceof ASN1ObjectIdentifier);
    }

    private static void checkDigest(AlgorithmIdentifier signature) throws NoSuchAlgorithmException {
        @Nullable AlgorithmIdentifier digest = new DefaultDigestAlgorithmIdentifierFinder().find(signature);
        if (digest == null || !DIGESTS.contains(digest.getAlgorithm())) {
            throw new NoSuchAlgorithmException("signature algorithm " + signature.getAlgorithm());
        }
    }

    private static PublicKey key(PublicKey issuer) throws GeneralSecurityException {
        SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(issuer.getEncoded());
        AlgorithmIdentifier algorithm = info.getAlgorithm();
        if (isNameless(algorithm)) {
            // Parameters that the key brings along can be chosen so that anybody can sign (CVE-2020-0601).
            throw new NoSuchAlgorithmException("a curve without a name");
        }
        @Nullable PublicKey key;
        try {
            key = BouncyCastleProvider.getPublicKey(info);
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            throw new InvalidKeyException("the issuer's key is damaged", e);
        }
        if (key == null) {
            throw new NoSuchAlgorithmException("key algorithm " + algorithm.getAlgorithm());
        }
        if (isWeak(key)) {
            throw new NoSuchAlgorithmException("a key that is too short");
        }
        return key;
    }

    private static boolean isWeak(PublicKey key) {
        if (key instanceof RSAKey rsa) {
            return rsa.getModulus().bitLength() < SMALLEST_RSA;
        }
        return key instanceof ECKey ec && ec.getParams().getOrder().bitLength() < SMALLEST_CURVE;
    }
}
