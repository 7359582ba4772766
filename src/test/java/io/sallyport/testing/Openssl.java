package io.sallyport.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the openssl command in a directory: the files that it writes are the ones that people have. */
public final class Openssl {
    private final Path directory;

    public Openssl(Path directory) {
        this.directory = directory;
    }

    /**
     * Runs one command.
     *
     * @param arguments after {@code openssl}
     * @return standard output and error
     * @throws IllegalStateException when it fails
     */
    public String run(String... arguments) {
        Result result = execute(List.of(arguments));
        if (result.exitCode() != 0) {
            throw new IllegalStateException(String.join(" ", arguments) + ":\n" + result.output());
        }
        return result.output();
    }

    /** Runs one command that is written as in a shell, without quotes. */
    public String line(String command) {
        return run(command.split(" ", -1));
    }

    /** Runs one command that may fail; standard input ends at once. */
    public String output(List<String> arguments) {
        return execute(arguments).output();
    }

    private Result execute(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private record Result(int exitCode, String output) {}
}
