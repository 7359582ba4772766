package io.sallyport.tls.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;

/** The content of a file as one short value, by which a change of it is seen. */
public final class FileHash {
    private FileHash() {}

    /** SHA-256 in hex, of a folder over the visible files in it; what cannot be read has one, too, by the reason. Blocks. */
    public static String of(Path file) {
        MessageDigest digest = sha256();
        if (Files.isDirectory(file)) {
            return ofFolder(file);
        }
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

    private static boolean isTemporary(Path file) {
        return String.valueOf(file.getFileName()).startsWith(".");
    }

    private static String ofFolder(Path folder) {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(each -> Files.isRegularFile(each) && !isTemporary(each))
                    .sorted()
                    .forEach(each -> all.append(each.getFileName())
                            .append(' ')
                            .append(of(each))
                            .append('\n'));
            return ofText(all.toString());
        } catch (IOException | UncheckedIOException e) {
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
