package io.sallyport.acme;

import io.sallyport.config.tls.AcmeConfig;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.PemBlock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;

/**
 * Keys of accounts and certificates, and their form on disk: the private one in PKCS#8, the public one in X.509, both in PEM.
 * By the JDK alone: the library's own are made by a provider that is registered for the whole process, which ours is not.
 */
final class KeyPairs {
    private static final int RSA_BITS = 2048;
    private static final List<String> ALGORITHMS = List.of("EC", "RSA");

    private KeyPairs() {}

    static KeyPair create(AcmeConfig.Key kind) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(kind.name());
            switch (kind) {
                case EC -> generator.initialize(new ECGenParameterSpec("secp256r1"));
                case RSA -> generator.initialize(RSA_BITS);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has " + kind, e);
        }
    }

    static String text(KeyPair key) {
        StringBuilder text = new StringBuilder();
        PemText.block(text, "PRIVATE KEY", key.getPrivate().getEncoded());
        PemText.block(text, "PUBLIC KEY", key.getPublic().getEncoded());
        return text.toString();
    }

    /**
     * Reads a pair, whatever text stands before it.
     *
     * @throws IOException when there is none
     */
    static KeyPair read(String text) throws IOException {
        byte[] privateKey = block(text, "PRIVATE KEY");
        byte[] publicKey = block(text, "PUBLIC KEY");
        for (String algorithm : ALGORITHMS) {
            try {
                KeyFactory factory = KeyFactory.getInstance(algorithm);
                return new KeyPair(
                        factory.generatePublic(new X509EncodedKeySpec(publicKey)),
                        factory.generatePrivate(new PKCS8EncodedKeySpec(privateKey)));
            } catch (GeneralSecurityException e) {
                // Of the other algorithm, or of none.
            }
        }
        throw damaged();
    }

    private static byte[] block(String text, String label) throws IOException {
        try {
            for (PemBlock block : PemBlock.split(text.getBytes(StandardCharsets.US_ASCII))) {
                if (block.label().equals(label)) {
                    return block.der();
                }
            }
        } catch (MaterialException e) {
            throw new IOException(e.getMessage(), e);
        }
        throw damaged();
    }

    private static IOException damaged() {
        return new IOException(
                "not a key pair (expected: a private and a public key in PEM, as this program writes them)");
    }
}
