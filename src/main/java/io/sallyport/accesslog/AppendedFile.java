package io.sallyport.accesslog;

import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.hocon.ConfigProblem;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file that is appended to. What has its name is what is written: a rotation that renames it begins a new one. */
final class AppendedFile implements LineSink {
    /** A name that changes its file each time it is looked at is nobody's log; what was opened last is used then. */
    private static final int MOST_TRIES = 3;

    private final Path path;
    private FileOutputStream out;
    /** Device and inode of what is open; null for what is no regular file, as a pipe: opening that again may block. */
    private @Nullable Object identity;

    private boolean torn;

    private AppendedFile(Path path) throws IOException {
        this.path = path;
        this.out = open();
    }

    static AppendedFile open(Path path) throws ConfigException {
        try {
            return new AppendedFile(path);
        } catch (IOException e) {
            throw new ConfigException(List.of(new ConfigProblem("", "access-log.target", problem(path))));
        }
    }

    @Override
    public void write(byte[] lines, int length) throws IOException {
        if (torn) {
            out.write('\n');
            torn = false;
        }
        try {
            out.write(lines, 0, length);
        } catch (IOException e) {
            torn = true; // a full disk takes part of a line
            throw e;
        }
    }

    @Override
    public void reopen() throws IOException {
        if (identity == null) {
            return;
        }
        FileOutputStream before = out;
        // The old one is closed only afterwards: where the new one cannot be opened, its lines are not lost.
        out = open();
        torn = false;
        close(before);
    }

    @Override
    public void followName() throws IOException {
        if (identity != null && !identity.equals(identityOf(path))) {
            reopen();
        }
    }

    @Override
    public void close() {
        close(out);
    }

    /** Between opening and looking at it, a rotation may put another file there: both looks have to show the same one. */
    private FileOutputStream open() throws IOException {
        for (int tries = 1; ; tries++) {
            Object before = identityOf(path);
            FileOutputStream opened = new FileOutputStream(path.toFile(), true);
            identity = identityOf(path);
            boolean same = identity == null ? before == null && Files.exists(path) : identity.equals(before);
            if (same || tries == MOST_TRIES) {
                return opened;
            }
            close(opened);
        }
    }

    private static @Nullable Object identityOf(Path path) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return attributes.isRegularFile() ? attributes.fileKey() : null;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static void close(FileOutputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // Nothing is buffered here, so nothing is lost.
        }
    }

    private static String problem(Path file) {
        if (Files.isDirectory(file)) {
            return "\"" + file + "\": is a directory (expected: a file)";
        }
        Path parent = file.toAbsolutePath().getParent();
        return parent != null && !Files.isDirectory(parent)
                ? "\"" + file + "\": no such folder"
                : "\"" + file + "\": cannot be written";
    }
}
