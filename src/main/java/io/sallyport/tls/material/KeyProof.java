package io.sallyport.tls.material;

import io.sallyport.tls.file.MaterialException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;

/** A signature by a private key, by which its certificate is known: the same way for every type of key. */
public final class KeyProof {
    private static final byte[] MESSAGE = "sallyport".getBytes(StandardCharsets.US_ASCII);

    private final KeyAlgorithm algorithm;
    private final byte[] signature;

    private KeyProof(KeyAlgorithm algorithm, byte[] signature) {
        this.algorithm = algorithm;
        this.signature = signature;
    }

    public static KeyProof of(KeyAlgorithm algorithm, PrivateKey key) throws MaterialException {
        try {
            Signature signer = Signature.getInstance(algorithm.signature());
            signer.initSign(key);
            signer.update(MESSAGE);
            return new KeyProof(algorithm, signer.sign());
        } catch (GeneralSecurityException | ProviderException e) {
            throw new MaterialException("private key cannot sign: " + e.getMessage() + " (expected: an undamaged key)");
        }
    }

    public boolean matches(PublicKey key) {
        try {
            Signature verifier = Signature.getInstance(algorithm.signature());
            // Anew by the JDK: the key of a certificate that Bouncy Castle read is of Bouncy Castle's own type.
            verifier.initVerify(KeyFactory.getInstance(algorithm.keyFactory())
                    .generatePublic(new X509EncodedKeySpec(key.getEncoded())));
            verifier.update(MESSAGE);
            return verifier.verify(signature);
        } catch (GeneralSecurityException | ProviderException e) {
            return false;
        }
    }
}
