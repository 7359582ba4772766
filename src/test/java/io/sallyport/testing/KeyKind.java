package io.sallyport.testing;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.jcajce.provider.asymmetric.ec.BCECPrivateKey;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The key types that tests make. */
public enum KeyKind {
    RSA_1024("RSA", 1024, ""),
    RSA_2048("RSA", 2048, ""),
    EC_P256("EC", 256, "secp256r1"),
    EC_P384("EC", 384, "secp384r1"),
    EC_P521("EC", 521, "secp521r1"),
    ED25519("Ed25519", 0, ""),
    ED448("Ed448", 0, "");

    private static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();

    static {
        System.setProperty("org.bouncycastle.x509.allow_empty_issuer_cert", "true");
    }

    private final String algorithm;
    private final int bits;
    private final String curve;

    KeyKind(String algorithm, int bits, String curve) {
        this.algorithm = algorithm;
        this.bits = bits;
        this.curve = curve;
    }

    public KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (!curve.isEmpty()) {
                generator.initialize(new ECGenParameterSpec(curve));
            } else if (bits > 0) {
                generator.initialize(bits);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A key on a curve that the JDK has not: {@code brainpoolP256r1}, {@code secp256k1}, {@code secp224r1}. */
    public static KeyPair otherCurve(String name) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", BOUNCY_CASTLE);
            generator.initialize(new ECGenParameterSpec(name));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static ContentSigner signer(PrivateKey key) throws OperatorCreationException {
        JcaContentSignerBuilder builder = new JcaContentSignerBuilder(signatureAlgorithm(key));
        return (key instanceof BCECPrivateKey ? builder.setProvider(BOUNCY_CASTLE) : builder).build(key);
    }

    /** The JDK reads none with an empty name. */
    static X509Certificate certificate(X509CertificateHolder holder) throws CertificateException {
        JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
        boolean empty = holder.getSubject().size() == 0 || holder.getIssuer().size() == 0;
        return (empty ? converter.setProvider(BOUNCY_CASTLE) : converter).getCertificate(holder);
    }

    /** The signature algorithm that suits {@code key} best. */
    static String signatureAlgorithm(PrivateKey key) {
        if (key instanceof ECKey ec) {
            int bits = ec.getParams().getCurve().getField().getFieldSize();
            return bits <= 256 ? "SHA256withECDSA" : bits <= 384 ? "SHA384withECDSA" : "SHA512withECDSA";
        }
        return key instanceof EdECKey ed ? ed.getParams().getName() : "SHA256withRSA";
    }
}
