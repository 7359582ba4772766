package io.sallyport.server;

import io.sallyport.config.ConfigFiles;
import io.sallyport.config.ProxyConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A configuration with everything that it names, to be told from the one that was loaded before.
 *
 * @param files SHA-256 over the content of its files, in hex; a file that cannot be read counts as such
 */
record Content(ProxyConfig config, String files) {

    static Content of(ProxyConfig config) {
        MessageDigest digest = sha256();
        for (Path file : ConfigFiles.of(config)) {
            digest.update(file.toString().getBytes(StandardCharsets.UTF_8));
            digest.update(hash(file));
        }
        return new Content(config, HexFormat.of().formatHex(digest.digest()));
    }

    private static byte[] hash(Path file) {
        MessageDigest digest = sha256();
        // A pipe without a writer would hang the start, and a device would never end.
        if (!Files.isRegularFile(file)) {
            return digest.digest(String.valueOf(Files.exists(file)).getBytes(StandardCharsets.UTF_8));
        }
        try (InputStream in = Files.newInputStream(file)) {
            in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            return digest.digest();
        } catch (IOException e) {
            return sha256().digest(e.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
