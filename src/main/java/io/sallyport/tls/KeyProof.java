package io.sallyport.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Signature;

/** A signature by a private key, by which its certificate is known: the same way for every type of key. */
final class KeyProof {
    private static final byte[] MESSAGE = "sallyport".getBytes(StandardCharsets.US_ASCII);

    private final KeyAlgorithm algorithm;
    private final byte[] signature;

    private KeyProof(KeyAlgorithm algorithm, byte[] signature) {
        this.algorithm = algorithm;
        this.signature = signature;
    }

    static KeyProof of(KeyAlgorithm algorithm, PrivateKey key) throws MaterialException {
        try {
            Signature signer = Signature.getInstance(algorithm.signature());
            signer.initSign(key);
            signer.update(MESSAGE);
            return new KeyProof(algorithm, signer.sign());
        } catch (GeneralSecurityException | ProviderException e) {
            throw new MaterialException("private key cannot sign: " + e.getMessage() + " (expected: an undamaged key)");
        }
    }

    boolean matches(PublicKey key) {
        if (!algorithm.isTypeOf(key)) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance(algorithm.signature());
            verifier.initVerify(key);
            verifier.update(MESSAGE);
            return verifier.verify(signature);
        } catch (GeneralSecurityException | ProviderException e) {
            return false;
        }
    }
}
