package io.sallyport.testing;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.spec.ECGenParameterSpec;

/** The key types that tests make. */
public enum KeyKind {
    RSA_1024("RSA", 1024, ""),
    RSA_2048("RSA", 2048, ""),
    EC_P256("EC", 256, "secp256r1"),
    EC_P384("EC", 384, "secp384r1"),
    EC_P521("EC", 521, "secp521r1"),
    ED25519("Ed25519", 0, ""),
    ED448("Ed448", 0, "");

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

    /** The signature algorithm that suits {@code key} best. */
    static String signatureAlgorithm(PrivateKey key) {
        if (key instanceof ECKey ec) {
            int bits = ec.getParams().getCurve().getField().getFieldSize();
            return bits <= 256 ? "SHA256withECDSA" : bits <= 384 ? "SHA384withECDSA" : "SHA512withECDSA";
        }
        return key instanceof EdECKey ed ? ed.getParams().getName() : "SHA256withRSA";
    }
}
