package io.sallyport.tls.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;

/** Reads a whole file that the configuration names, or says in a person's words why not. */
public final class MaterialFile {
    private MaterialFile() {}

    /**
     * The whole of a file.
     *
     * @param limit bytes; a larger file is refused before it fills the heap
     * @param expected what the file is to be, for messages
     */
    public static byte[] read(Path file, int limit, String expected) throws MaterialException {
        String rule = " (expected: " + expected + ")";
        BasicFileAttributes attributes = attributes(file, rule);
        if (attributes.isDirectory()) {
            throw new MaterialException("is a directory" + rule);
        }
        // A pipe without a writer would hang the start.
        if (!attributes.isRegularFile()) {
            throw new MaterialException("is not a regular file" + rule);
        }
        return bytes(file, limit, rule);
    }

    /** The same less one newline at the end, which editors and shells add. */
    static byte[] readLine(Path file, int limit, String expected) throws MaterialException {
        byte[] content = read(file, limit, expected);
        int end = content.length;
        if (end > 0 && content[end - 1] == '\n') {
            end--;
            if (end > 0 && content[end - 1] == '\r') {
                end--;
            }
        }
        return Arrays.copyOf(content, end);
    }

    private static BasicFileAttributes attributes(Path file, String rule) throws MaterialException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class);
        } catch (IOException e) {
            throw new MaterialException("no such file" + rule);
        }
    }

    private static byte[] bytes(Path file, int limit, String rule) throws MaterialException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(limit);
            if (in.read() >= 0) {
                throw new MaterialException("is larger than " + limit + " bytes" + rule);
            }
            return bytes;
        } catch (AccessDeniedException e) {
            throw new MaterialException("not readable" + rule);
        } catch (IOException e) {
            // The message of a FileSystemException is the path alone.
            String why = e instanceof FileSystemException ? e.toString() : e.getMessage();
            throw new MaterialException("cannot be read: " + why + rule);
        }
    }
}
