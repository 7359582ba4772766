package io.sallyport.accesslog;

import java.io.IOException;
import java.io.PrintStream;

/** Where whole lines go. One thread only. */
interface LineSink {

    /** Writes the first {@code length} bytes: one line or more, each with its end. */
    void write(byte[] lines, int length) throws IOException;

    /** Opens it again under its name; where that fails, what was open stays so. */
    void reopen() throws IOException;

    /** The same where its name stands for another file than the one that is open. */
    void followName() throws IOException;

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
        public void followName() {}

        @Override
        public void close() {
            out.flush();
        }
    }
}
