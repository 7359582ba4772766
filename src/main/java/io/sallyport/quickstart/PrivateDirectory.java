package io.sallyport.quickstart;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A temporary folder that only its owner can read; it and its files are gone after {@link #close}. */
public final class PrivateDirectory implements AutoCloseable {
    private final Path path;

    private PrivateDirectory(Path path) {
        this.path = path;
    }

    /**
     * Creates one.
     *
     * @throws IOException when there is no place for temporary files
     */
    public static PrivateDirectory create() throws IOException {
        return new PrivateDirectory(Files.createTempDirectory("sallyport-"));
    }

    public Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(path);
    }
}
