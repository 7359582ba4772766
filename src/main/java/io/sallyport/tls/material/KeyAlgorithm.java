package io.sallyport.tls.material;

import io.sallyport.tls.file.MaterialException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Set;

/** The key types that a certificate of ours may have. */
public enum KeyAlgorithm {
    /** 2048 bits or more. */
    RSA("RSA", "SHA256withRSA"),
    /** On P-256, P-384 or P-521. */
    EC("EC", "SHA256withECDSA"),
    ED25519("Ed25519", "Ed25519");

    public static final String RULE = "RSA of 2048 bits or more, EC on P-256, P-384 or P-521, or Ed25519";

    private static final int RSA_BITS = 2048;

    /** The orders of P-256, P-384 and P-521. */
    private static final Set<BigInteger> ORDERS = Set.of(order("secp256r1"), order("secp384r1"), order("secp521r1"));

    private final String keyFactory;
    private final String signature;

    KeyAlgorithm(String keyFactory, String signature) {
        this.keyFactory = keyFactory;
        this.signature = signature;
    }

    /** The JCA name of what reads keys of this type. */
    String keyFactory() {
        return keyFactory;
    }

    /** A JCA signature algorithm for keys of this type. */
    String signature() {
        return signature;
    }

    /**
     * The type of a key.
     *
     * @throws MaterialException when it is of a type or size that is not taken
     */
    public static KeyAlgorithm of(Key key) throws MaterialException {
        if (key instanceof RSAKey rsa && key.getAlgorithm().equals("RSA")) {
            int bits = rsa.getModulus().bitLength();
            if (bits < RSA_BITS) {
                throw unsupported("RSA key of " + bits + " bits");
            }
            return RSA;
        }
        if (key instanceof ECKey ec) {
            // The JDK reads keys on curves that it then does not sign with; the order tells one curve from another.
            if (!ORDERS.contains(ec.getParams().getOrder())) {
                throw unsupported("EC key on curve " + ec.getParams());
            }
            return EC;
        }
        if (key instanceof EdECKey ed && ed.getParams().getName().equals("Ed25519")) {
            return ED25519;
        }
        throw unsupported((key instanceof EdECKey ed ? ed.getParams().getName() : key.getAlgorithm()) + " key");
    }

    private static BigInteger order(String curve) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(curve));
            return parameters.getParameterSpec(ECParameterSpec.class).getOrder();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has " + curve, e);
        }
    }

    public static MaterialException unsupported(String found) {
        return new MaterialException(found + " (expected: " + RULE + ")");
    }
}
