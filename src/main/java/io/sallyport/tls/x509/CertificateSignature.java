package io.sallyport.tls.x509;

import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;

/** Whether one certificate's key signed another certificate, for the order of a chain. */
public final class CertificateSignature {
    public enum Verdict {
        VALID,
        INVALID,
        /** Neither provider knows the algorithm or the key. */
        UNKNOWN
    }

    private CertificateSignature() {}

    public static Verdict verify(X509Certificate certificate, X509Certificate issuer) {
        try {
            return Signatures.isSigned(certificate, issuer.getPublicKey()) ? Verdict.VALID : Verdict.INVALID;
        } catch (NoSuchAlgorithmException e) {
            return Verdict.UNKNOWN;
        }
    }
}
