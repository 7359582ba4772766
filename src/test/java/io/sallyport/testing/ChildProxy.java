package io.sallyport.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A Sallyport in a process of its own, from the packaged jar: for limits that hold for a process.
 *
 * <p>Closing it asserts what closing a {@link RunningProxy} asserts, and that SIGTERM ends it with 0.
 */
public final class ChildProxy implements ProxyUnderTest {
    private static final Duration START = PATIENCE;

    private final Process process;
    private final CertificateAuthority authority;
    private final Path directory;
    private final InetSocketAddress address;
    private final InetSocketAddress adminAddress;

    private ChildProxy(Process process, CertificateAuthority authority, Path directory) {
        this.process = process;
        this.authority = authority;
        this.directory = directory;
        this.adminAddress = awaitAddress("admin");
        this.address = awaitAddress("listening");
    }

    static ChildProxy start(RunningProxy.Builder builder, String shell, String... jvmArguments) {
        Path file = builder.write();
        Path directory = builder.directory();
        List<String> command = new ArrayList<>(List.of("sh", "-c", shell + "exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(jvmArguments));
        command.addAll(List.of(
                "-jar", Objects.requireNonNull(System.getProperty("sallyport.jar")), "run", "-c", file.toString()));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(directory.resolve("stdout").toFile())
                    .redirectError(directory.resolve("stderr").toFile())
                    .start();
            try {
                return new ChildProxy(process, builder.authority(), directory);
            } catch (RuntimeException | Error e) {
                process.destroyForcibly();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public InetSocketAddress adminAddress() {
        return adminAddress;
    }

    @Override
    public CertificateAuthority authority() {
        return authority;
    }

    @Override
    public Path directory() {
        return directory;
    }

    /** Where this listener listens. */
    public InetSocketAddress listener(String name) {
        return addressOf(logLines("listening").stream()
                .filter(line -> line.text("listener").equals(name))
                .findFirst()
                .orElseThrow());
    }

    /** The lines that it logged so far. */
    public List<LogLine> logLines(String words) {
        return LogLine.readAll(directory.resolve("stdout")).stream()
                .filter(line -> line.text("message").contains(words))
                .toList();
    }

    public long pid() {
        return process.pid();
    }

    /** What is in memory now, pages of files included. */
    public long residentKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        try {
            awaitIdle();
            process.destroy();
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("ended")
                    .isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(directory.resolve("stderr")).isEmptyFile();
            assertThat(LogLine.readAll(directory.resolve("stdout")))
                    .noneMatch(line -> line.text("level").equals("error"))
                    .noneMatch(line -> line.text("logger").startsWith("io.netty"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            process.destroyForcibly().onExit().join();
            RunningProxy.delete(directory);
        }
    }

    private InetSocketAddress awaitAddress(String message) {
        await(message)
                .atMost(START)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !logLines(message).isEmpty() || !process.isAlive());
        if (logLines(message).isEmpty()) {
            throw new AssertionError("not started: " + text("stdout") + text("stderr"));
        }
        return addressOf(logLines(message).get(0));
    }

    private static InetSocketAddress addressOf(LogLine line) {
        String address = line.text("address");
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
    }

    private String text(String name) {
        try {
            return Files.readString(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
