package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs shell commands as a reader of the documents does: in one folder, with the ports that they name. These are free, since it
 * is a network namespace of its own, which needs root.
 */
final class DocumentShell implements AutoCloseable {
    private static final String JAR = "target/sallyport.jar";
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** What a command printed, standard error included, and its exit code. */
    record Outcome(int exitCode, String output) {}

    private final Path directory;
    private final Process namespace;
    private final List<Process> services = new ArrayList<>();

    private DocumentShell(Path directory, Process namespace) {
        this.directory = directory;
        this.namespace = namespace;
    }

    /** In {@code directory} are then the jar and what the source code has in {@code conf}. */
    static DocumentShell open(Path directory) throws IOException, InterruptedException {
        Files.createDirectory(directory.resolve("target"));
        Files.createSymbolicLink(directory.resolve(JAR), SallyportProcess.jar().toAbsolutePath());
        copyFolder(Path.of("conf"), directory.resolve("conf"));
        Process namespace = new ProcessBuilder(
                        "unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec cat")
                .redirectErrorStream(true)
                .start();
        String said = namespace.inputReader().readLine();
        assumeTrue("up".equals(said), "a network namespace, for the ports that the documents name: " + said);
        return new DocumentShell(directory, namespace);
    }

    private static void copyFolder(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    /** Writes a file that a document shows. */
    void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    /** Runs commands to their end. */
    Outcome run(String commands) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process = builder(commands).redirectOutput(output.toFile()).start();
        assertThat(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                .as(commands)
                .isTrue();
        return new Outcome(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    }

    /** Starts a command that goes on. One Sallyport ends before the next starts, and the way in which it ends is judged. */
    void serve(String command) throws IOException, InterruptedException {
        if (command.contains(JAR)) {
            stopSallyport();
        }
        long before = listening();
        Path output = directory.resolve("service" + services.size() + ".txt");
        Process service = builder(command).redirectOutput(output.toFile()).start();
        services.add(service);
        await(command).atMost(TIMEOUT).until(() -> !service.isAlive() || listening() > before);
        assertThat(service.isAlive())
                .as("%s: %s", command, Files.readString(output))
                .isTrue();
    }

    private void stopSallyport() throws InterruptedException {
        for (Process service : services) {
            if (service.isAlive() && service.info().commandLine().orElse("").contains(JAR)) {
                service.destroy();
                assertThat(service.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                assertThat(service.exitValue()).isZero();
            }
        }
    }

    /** How many sockets listen (state 0A), as proc_net_tcp(5) has them. */
    private long listening() throws IOException {
        long sockets = 0;
        for (String table : List.of("tcp", "tcp6")) {
            Path file = Path.of("/proc/" + namespace.pid() + "/net/" + table);
            sockets += Files.readAllLines(file).stream()
                    .filter(line -> line.contains(" 0A "))
                    .count();
        }
        return sockets;
    }

    private ProcessBuilder builder(String commands) {
        ProcessBuilder builder = new ProcessBuilder(
                        "nsenter",
                        "--net=/proc/" + namespace.pid() + "/ns/net",
                        // Whoever runs the tests in the background may have had these ignored, and Java leaves them so.
                        "env",
                        "--default-signal=HUP,INT",
                        "bash",
                        "-o",
                        "pipefail",
                        "-ec",
                        commands)
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("SALLYPORT_") || name.startsWith("JAVA_TOOL"));
        // A command is over before the second compiler is worth anything.
        builder.environment().put("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
        builder.environment().merge("PATH", System.getProperty("java.home") + "/bin:", (path, jdk) -> jdk + path);
        return builder;
    }

    @Override
    public void close() throws InterruptedException {
        for (Process service : services) {
            service.descendants().forEach(ProcessHandle::destroyForcibly);
            service.destroyForcibly().waitFor();
        }
        namespace.destroyForcibly().waitFor();
    }
}
