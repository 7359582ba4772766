package io.sallyport.tls;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Whether one certificate's key signed another certificate. Asks Bouncy Castle where the JDK cannot tell (keys on Brainpool
 * curves, secp256k1 and P-224, for instance), and says so where neither can.
 */
final class CertificateSignature {
    enum Verdict {
        VALID,
        INVALID,
        /** Neither provider knows the algorithm or the key. */
        UNKNOWN
    }

    private CertificateSignature() {}

    static Verdict verify(X509Certificate certificate, X509Certificate issuer) {
        PublicKey key = issuer.getPublicKey();
        try {
            certificate.verify(key);
            return Verdict.VALID;
        } catch (GeneralSecurityException e) {
            // No type of exception tells a bad signature from a curve that the JDK has not.
            return withBouncyCastle(certificate, key);
        }
    }

    private static Verdict withBouncyCastle(X509Certificate certificate, PublicKey key) {
        try {
            certificate.verify(key, BouncyCastle.provider());
            return Verdict.VALID;
        } catch (NoSuchAlgorithmException e) {
            return Verdict.UNKNOWN;
        } catch (InvalidKeyException e) {
            // A key that can be read, and yet is none for this algorithm, signed something else.
            return isReadable(key) ? Verdict.INVALID : Verdict.UNKNOWN;
        } catch (GeneralSecurityException | RuntimeException e) {
            return Verdict.INVALID;
        }
    }

    private static boolean isReadable(PublicKey key) {
        try {
            return BouncyCastleProvider.getPublicKey(SubjectPublicKeyInfo.getInstance(key.getEncoded())) != null;
        } catch (Exception e) {
            return false;
        }
    }
}
