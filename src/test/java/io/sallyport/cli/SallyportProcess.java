package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** The packaged jar as a process of its own. Killed at the latest when it is closed. */
final class SallyportProcess implements AutoCloseable {
    private static final int TIMEOUT_SECONDS = 60;

    private final Process process;
    private final Lines out;
    private final Lines err;

    private SallyportProcess(Process process) {
        this.process = process;
        this.out = new Lines(process.getInputStream());
        this.err = new Lines(process.getErrorStream());
    }

    /** Starts {@code java -jar sallyport.jar arguments} in {@code directory}, which is where temporary files go too. */
    static SallyportProcess start(Path directory, Map<String, String> environment, Object... arguments)
            throws IOException {
        return new SallyportProcess(builder(directory, environment, command(jar(), directory, arguments))
                .start());
    }

    /** Starts another jar than the packaged one, such as a copy of it. */
    static SallyportProcess startFrom(Path jar, Path directory, Object... arguments) throws IOException {
        return new SallyportProcess(
                builder(directory, Map.of(), command(jar, directory, arguments)).start());
    }

    /** Starts it through a shell: {@code wrapper} is shell text that ends in front of the command. */
    static SallyportProcess startThrough(String wrapper, Path directory, Object... arguments) throws IOException {
        List<String> shell = new ArrayList<>(List.of("sh", "-c", wrapper + " \"$@\"", "sh"));
        shell.addAll(command(jar(), directory, arguments));
        return new SallyportProcess(builder(directory, Map.of(), shell).start());
    }

    /** The packaged one. */
    static Path jar() {
        return Path.of(Objects.requireNonNull(System.getProperty("sallyport.jar")));
    }

    private static List<String> command(Path jar, Path directory, Object... arguments) {
        List<String> command = new ArrayList<>(List.of(
                // Whoever runs the tests in the background may have had these ignored, and Java leaves them so.
                "env",
                "--default-signal=HUP,INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dio.netty.leakDetection.level=paranoid",
                "-Djava.io.tmpdir=" + directory,
                "-jar",
                jar.toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return command;
    }

    private static ProcessBuilder builder(Path directory, Map<String, String> environment, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SALLYPORT_") || name.startsWith("JAVA_TOOL"));
        builder.environment().putAll(environment);
        return builder;
    }

    /** Waits for a line of standard output that holds the pattern; gives its first group. */
    String awaitLine(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        Awaitility.await("a line with " + pattern)
                .atMost(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .until(() -> out.first(compiled) != null || !process.isAlive());
        @Nullable Matcher found = out.first(compiled);
        if (found == null) {
            throw new AssertionError("no line with " + pattern + " in " + out.all() + " " + err.all());
        }
        return found.groupCount() == 0 ? found.group() : found.group(1);
    }

    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for the end. */
    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS))
                .as("ended; it printed %s %s", out.all(), err.all())
                .isTrue();
        return process.exitValue();
    }

    /** Everything on standard output; after the end. */
    List<String> out() throws InterruptedException {
        return out.whole();
    }

    /** Everything on standard error; after the end. */
    List<String> err() throws InterruptedException {
        return err.whole();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
        assertThat(out.whole()).noneMatch(line -> line.contains("LEAK:"));
    }

    /** The lines of a stream, read as they come. */
    private static final class Lines {
        private final List<String> lines = new ArrayList<>();
        private final Thread reader;

        Lines(InputStream stream) {
            reader = new Thread(() -> read(stream), "reader");
            reader.setDaemon(true);
            reader.start();
        }

        private void read(InputStream stream) {
            try (BufferedReader text = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = text.readLine(); line != null; line = text.readLine()) {
                    add(line);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private synchronized void add(String line) {
            lines.add(line);
        }

        synchronized List<String> all() {
            return List.copyOf(lines);
        }

        synchronized @Nullable Matcher first(Pattern pattern) {
            return lines.stream()
                    .map(pattern::matcher)
                    .filter(Matcher::find)
                    .findFirst()
                    .orElse(null);
        }

        List<String> whole() throws InterruptedException {
            reader.join(TimeUnit.SECONDS.toMillis(TIMEOUT_SECONDS));
            return all();
        }
    }
}
