package io.sallyport.tls.file;

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

/** The content of a file as one short value, by which a change of it is seen. */
public final class FileHash {
    private FileHash() {}

    /** SHA-256 in hex; a file that cannot be read has one, too, by the reason. Blocks. */
    public static String of(Path file) {
        MessageDigest digest = sha256();
        // A pipe without a writer would hang the start, and a device would never end.
        if (!Files.isRegularFile(file)) {
            return ofText(String.valueOf(Files.exists(file)));
        }
        try (InputStream in = Files.newInputStream(file)) {
            in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            return ofText(e.toString());
        }
    }

    /** SHA-256 in hex. */
    public static String of(byte[] content) {
        return HexFormat.of().formatHex(sha256().digest(content));
    }

    /** SHA-256 in hex of text in UTF-8. */
    public static String ofText(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
