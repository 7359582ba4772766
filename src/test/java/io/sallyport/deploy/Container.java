package io.sallyport.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sallyport.testing.LogLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code docker run --read-only --cap-drop ALL --security-opt no-new-privileges --memory} does, without Docker. */
final class Container implements AutoCloseable {
    private static final Path SCRIPT = Path.of("src", "test", "docker", "contained");
    private static final int NO_MEMORY_CONTROLLER = 77;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final Path output;
    private final Path errors;

    private Container(Process process, Path output, Path errors) {
        this.process = process;
        this.output = output;
        this.errors = errors;
    }

    /**
     * Starts a command in the image.
     *
     * @param memory bytes that it and all that runs beside it may use
     * @param configuration what is mounted at /etc/sallyport
     * @param logs where its output goes
     */
    static Container run(
            Path root,
            long memory,
            Path configuration,
            Path logs,
            Map<String, String> environment,
            List<String> command)
            throws IOException {
        List<String> words = new ArrayList<>(
                List.of(SCRIPT.toString(), root.toString(), String.valueOf(memory), configuration.toString()));
        words.addAll(command);
        return start(words, logs, environment);
    }

    /** Starts another command where this one runs, as {@code docker exec} does. */
    Container exec(Path logs, Map<String, String> environment, List<String> command) throws IOException {
        List<String> words = new ArrayList<>(List.of(SCRIPT.toString(), "--join", String.valueOf(inner().pid())));
        words.addAll(command);
        return start(words, logs, environment);
    }

    private static Container start(List<String> words, Path logs, Map<String, String> environment) throws IOException {
        Files.createDirectories(logs);
        Path output = logs.resolve("stdout");
        Path errors = logs.resolve("stderr");
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SALLYPORT_"));
        environment.forEach((name, value) -> {
            if (name.startsWith("SALLYPORT_")) {
                builder.environment().put(name, value);
            }
        });
        return new Container(builder.start(), output, errors);
    }

    /** The port of the first log line with this message. */
    int awaitPort(String message) {
        await(message)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !lines(message).isEmpty() || !process.isAlive());
        assumeTrue(
                process.isAlive() || process.exitValue() != NO_MEMORY_CONTROLLER,
                "no memory controller of control groups can be written here");
        assertThat(lines(message)).as(output() + errors()).isNotEmpty();
        String address = lines(message).get(0).text("address");
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** Sends a signal to the process in the container, number 1 of its own. */
    void terminate() {
        assertThat(inner().destroy()).isTrue();
    }

    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("ended; it printed %s %s", output(), errors())
                .isTrue();
        return process.exitValue();
    }

    /** A field of /proc/PID/status. */
    String status(String field) {
        Matcher line = Pattern.compile("(?m)^" + field + ":\\s*(.*)$")
                .matcher(text(Path.of("/proc", String.valueOf(inner().pid()), "status")));
        assertThat(line.find()).as(field).isTrue();
        return line.group(1);
    }

    String output() {
        return text(output);
    }

    String errors() {
        return text(errors);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        // The script removes its control group.
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    private List<LogLine> lines(String message) {
        return LogLine.readAll(output).stream()
                .filter(line -> line.text("message").contains(message))
                .toList();
    }

    private ProcessHandle inner() {
        return process.children()
                .findFirst()
                .flatMap(unshare -> unshare.children().findFirst())
                .orElseThrow();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
