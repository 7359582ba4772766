package io.sallyport.tls.x509;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.DSAKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.EllipticCurve;
import java.util.Set;
import org.bouncycastle.jcajce.interfaces.BCX509Certificate;

/** Whether a key signed a certificate or a revocation list: the JDK is asked, and Bouncy Castle where the JDK cannot tell. */
public final class Signatures {
    private static final Set<EllipticCurve> JDK_CURVES =
            Set.of(curve("secp256r1"), curve("secp384r1"), curve("secp521r1"));

    private Signatures() {}

    /** Whether the JDK itself can verify the signature on {@code certificate} by {@code key}. */
    public static boolean isKnownToJdk(X509Certificate certificate, PublicKey key) {
        return !(certificate instanceof BCX509Certificate)
                && isKnownToJdk(key)
                && isSignatureKnownToJdk(certificate.getSigAlgName());
    }

    /**
     * Whether {@code key} signed {@code certificate}.
     *
     * @throws NoSuchAlgorithmException when neither provider can tell; its message says of what
     */
    public static boolean isSigned(X509Certificate certificate, PublicKey key) throws NoSuchAlgorithmException {
        try {
            if (isKnownToJdk(certificate, key)) {
                certificate.verify(key);
            } else {
                BouncyCastleSignatures.verify(certificate, key);
            }
            return true;
        } catch (NoSuchAlgorithmException e) {
            throw e;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether {@code key} signed {@code list}; false, too, where neither provider can tell. */
    public static boolean isSigned(X509CRL list, PublicKey key) {
        try {
            if (isKnownToJdk(key) && isSignatureKnownToJdk(list.getSigAlgName())) {
                list.verify(key);
            } else {
                BouncyCastleSignatures.verify(list, key);
            }
            return true;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether the JDK verifies by {@code key}: it reads keys on curves that it cannot reckon with. */
    public static boolean isKnownToJdk(PublicKey key) {
        return key instanceof ECKey ec
                ? JDK_CURVES.contains(ec.getParams().getCurve())
                : key instanceof RSAKey || key instanceof EdECKey || key instanceof DSAKey;
    }

    private static boolean isSignatureKnownToJdk(String algorithm) {
        try {
            Signature.getInstance(algorithm);
            return true;
        } catch (NoSuchAlgorithmException e) {
            return false;
        }
    }

    private static EllipticCurve curve(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class).getCurve();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + name, e);
        }
    }
}
