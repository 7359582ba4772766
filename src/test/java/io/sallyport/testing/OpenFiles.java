package io.sallyport.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * While it is open this JVM can open no file and no socket, and load no class: its limit is lowered (prlimit(1)) and given back by a process that
 * is started before, for then none could be. Tests of one JVM run one after another, so nobody else is hit.
 */
public final class OpenFiles implements AutoCloseable {
    private static final int STANDARD_STREAMS = 3;
    private static final String LOWER_AND_RESTORE = """
            old=$(prlimit --pid "$1" --nofile --output SOFT --noheadings) &&
            prlimit --pid "$1" --nofile="$2": && echo lowered && read -r _ &&
            prlimit --pid "$1" --nofile="$old": && echo restored
            """;

    private final Process process;
    private final BufferedReader said;

    private OpenFiles(Process process) {
        this.process = process;
        this.said = process.inputReader();
    }

    /** No more descriptors from here on; all that are there already stay good. */
    public static OpenFiles exhausted() {
        try {
            String pid = Long.toString(ProcessHandle.current().pid());
            OpenFiles result = new OpenFiles(
                    new ProcessBuilder("sh", "-c", LOWER_AND_RESTORE, "sh", pid, Integer.toString(STANDARD_STREAMS))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start());
            result.expect("lowered");
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void expect(String line) throws IOException {
        String next = said.readLine();
        if (!line.equals(next)) {
            throw new IllegalStateException("prlimit: " + next);
        }
    }

    @Override
    public void close() {
        try {
            process.outputWriter().append('\n').flush();
            expect("restored");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
