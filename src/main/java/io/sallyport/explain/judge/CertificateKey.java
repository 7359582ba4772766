package io.sallyport.explain.judge;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.DSAKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Locale;

/** How strong the key of a certificate is, and the signature on it (Mozilla guideline; RFC 9325 section 4.5). */
public final class CertificateKey {
    private static final int RSA_BITS = 2048;
    private static final int EC_BITS = 256;

    private CertificateKey() {}

    /** {@code RSA 2048 bits}, {@code EC P-256}, {@code Ed25519}. */
    public static String describe(PublicKey key) {
        if (key instanceof RSAKey rsa) {
            return "RSA " + rsa.getModulus().bitLength() + " bits";
        }
        if (key instanceof ECKey ec) {
            return "EC " + curve(ec);
        }
        if (key instanceof DSAKey dsa) {
            return "DSA " + dsa.getParams().getP().bitLength() + " bits";
        }
        return key instanceof EdECKey edwards ? edwards.getParams().getName() : key.getAlgorithm();
    }

    static boolean isWeak(PublicKey key) {
        if (key instanceof RSAKey rsa) {
            return rsa.getModulus().bitLength() < RSA_BITS;
        }
        if (key instanceof ECKey ec) {
            return ec.getParams().getOrder().bitLength() < EC_BITS;
        }
        return key instanceof DSAKey;
    }

    /** Whether somebody else could make the signature: MD5 and SHA-1 collide. On what signs itself it says nothing. */
    static boolean isWeaklySigned(X509Certificate certificate) {
        String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        return algorithm.startsWith("MD") || algorithm.startsWith("SHA1") || algorithm.startsWith("SHA-1");
    }

    private static String curve(ECKey key) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(key.getParams());
            String name = parameters.getParameterSpec(ECGenParameterSpec.class).getName();
            return switch (name) {
                case "1.2.840.10045.3.1.7" -> "P-256";
                case "1.3.132.0.34" -> "P-384";
                case "1.3.132.0.35" -> "P-521";
                default -> name;
            };
        } catch (GeneralSecurityException e) {
            return key.getParams().getOrder().bitLength() + " bits on a curve without a name";
        }
    }
}
