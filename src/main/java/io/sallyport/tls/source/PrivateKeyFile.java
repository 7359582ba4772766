package io.sallyport.tls.source;

import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.MaterialFile;
import io.sallyport.tls.file.Password;
import io.sallyport.tls.file.PemBlock;
import io.sallyport.tls.material.KeyAlgorithm;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The private key of a PEM file: PKCS#8 (RFC 5958) plain or encrypted, PKCS#1 (RFC 8017), SEC1 (RFC 5915), the last two
 * also in OpenSSL's own encrypted form.
 */
final class PrivateKeyFile {
    private static final int LIMIT = 1 << 20;
    private static final String EXPECTED = "a PEM file with the private key";
    private static final Set<String> LABELS =
            Set.of("PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "Ed25519");

    private PrivateKeyFile() {}

    /** Reads the one private key of {@code file}; certificates beside it are passed over. */
    static PrivateKey read(Path file, Password password) throws MaterialException {
        byte[] content = MaterialFile.read(file, LIMIT, EXPECTED);
        if (content.length == 0) {
            throw new MaterialException("is empty (expected: " + EXPECTED + ")");
        }
        List<PemBlock> blocks = PemBlock.split(content);
        List<PemBlock> keys = blocks.stream().filter(PemBlock::isPrivateKey).toList();
        if (keys.isEmpty()) {
            throw new MaterialException("no private key in the file (" + PemBlock.found(content, blocks)
                    + "; expected: PRIVATE KEY, ENCRYPTED PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY)");
        }
        if (keys.size() > 1) {
            String lines = keys.stream().map(key -> String.valueOf(key.line())).collect(Collectors.joining(", "));
            throw new MaterialException(
                    keys.size() + " private keys in the file, in lines " + lines + " (expected: one)");
        }
        return key(keys.get(0), password);
    }

    /** By what is inside: people and programs put any form under any label. */
    private static PrivateKey key(PemBlock block, Password password) throws MaterialException {
        if (block.isLegacyEncrypted()) {
            return fromPkcs8(block.line(), OtherKeyForms.legacyDecrypted(block, password));
        }
        byte[] der = block.der();
        @Nullable PrivateKey key = parsed(der);
        if (key != null) {
            return key;
        }
        if (!LABELS.contains(block.label())) {
            throw new MaterialException(
                    block.line(),
                    block.label()
                            + " (expected: PRIVATE KEY, ENCRYPTED PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY; "
                            + KeyAlgorithm.RULE + ")");
        }
        return fromPkcs8(block.line(), OtherKeyForms.pkcs8(block, der, password));
    }

    private static PrivateKey fromPkcs8(int line, byte[] der) throws MaterialException {
        @Nullable PrivateKey key = parsed(der);
        if (key == null) {
            throw OtherKeyForms.notTaken(line, der);
        }
        return key;
    }

    private static @Nullable PrivateKey parsed(byte[] der) {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                // Of another algorithm; if of none, the identifier inside tells why.
            }
        }
        return null;
    }
}
