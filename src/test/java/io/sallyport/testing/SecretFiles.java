package io.sallyport.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Files that only their owner may read. */
public final class SecretFiles {
    private SecretFiles() {}

    /** Writes the text, in UTF-8. */
    public static Path write(Path file, String text) throws IOException {
        return closed(Files.write(file, text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Takes everybody else's rights away. */
    public static Path closed(Path file) {
        try {
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
