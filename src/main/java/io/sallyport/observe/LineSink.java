package io.sallyport.observe;

import io.sallyport.config.ConfigException;
import io.sallyport.config.ConfigProblem;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where whole lines go. One thread only. */
interface LineSink {

    /** Writes the first {@code length} bytes: one line or more, each with its end. */
    void write(byte[] lines, int length) throws IOException;

    /** Opens it again under its name. */
    void reopen() throws IOException;

    void close();

    /** Standard output. Its stream's own lock keeps lines apart from those that the log writes there. */
    final class Stdout implements LineSink {
        private final PrintStream out = System.out;

        @Override
        public void write(byte[] lines, int length) throws IOException {
            out.write(lines, 0, length);
            if (out.checkError()) {
                throw new IOException("standard output is closed");
            }
        }

        @Override
        public void reopen() {}

        @Override
        public void close() {
            out.flush();
        }
    }

    /** A file that is appended to. */
    final class AppendedFile implements LineSink {
        private final Path file;
        private @Nullable FileOutputStream out;
        private boolean torn;

        private AppendedFile(Path file) throws IOException {
            this.file = file;
            this.out = new FileOutputStream(file.toFile(), true);
        }

        static AppendedFile open(Path file) throws ConfigException {
            try {
                return new AppendedFile(file);
            } catch (IOException e) {
                throw new ConfigException(List.of(new ConfigProblem("", "access-log.target", problem(file))));
            }
        }

        @Override
        public void write(byte[] lines, int length) throws IOException {
            if (out == null) {
                out = new FileOutputStream(file.toFile(), true);
            }
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
            close();
            out = new FileOutputStream(file.toFile(), true);
            torn = false;
        }

        @Override
        public void close() {
            try {
                if (out != null) {
                    out.close();
                }
            } catch (IOException e) {
                // Nothing is buffered here, so nothing is lost.
            }
            out = null;
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
}
