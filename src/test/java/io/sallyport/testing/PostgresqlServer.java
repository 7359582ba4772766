package io.sallyport.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** PostgreSQL as Debian packages it, on one port of loopback, with a cluster made for one test. Everybody may log in. */
public final class PostgresqlServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ATTEMPTS = 3;
    private static final String USER = "postgres";

    private final Path directory;
    private final InetSocketAddress address;

    /** Where it listens, who may log in from where, and how a command gets there. */
    private record Site(String address, String network, UnaryOperator<List<String>> there) {}

    private static final Site LOOPBACK = new Site("127.0.0.1", "127.0.0.1/32", UnaryOperator.identity());

    private PostgresqlServer(Path directory, InetSocketAddress address) {
        this.directory = directory;
        this.address = address;
    }

    /** Without TLS. */
    public static PostgresqlServer plain() {
        return start(LOOPBACK, "host", List.of());
    }

    /**
     * Without TLS, at the other end of a cable.
     *
     * @param client from which address alone anybody may log in
     */
    public static PostgresqlServer plainAt(NetworkNamespace away, String client) {
        return start(new Site(away.there(), client + "/32", away::there), "host", List.of());
    }

    /** That takes TLS alone, with this certificate. */
    public static PostgresqlServer tls(IssuedCertificate certificate) {
        return start(LOOPBACK, "hostssl", List.of(certificate));
    }

    public InetSocketAddress address() {
        return address;
    }

    /** What it has logged, connections among it. */
    public String log() {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PostgresqlServer start(Site site, String kind, List<IssuedCertificate> certificates) {
        try {
            Path directory = Files.createTempDirectory("sallyport-postgresql");
            certificates.forEach(each -> each.writePem(directory, "server"));
            own(directory);
            run(
                    directory,
                    asPostgres(
                            List.of(program("initdb"), "-D", "data", "-A", "trust", "-U", USER, "-N", "--no-locale")));
            Files.writeString(directory.resolve("data/pg_hba.conf"), kind + " all all " + site.network() + " trust\n");
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                int port = freePort();
                List<String> command = new ArrayList<>(List.of(
                        program("pg_ctl"),
                        "-D",
                        "data",
                        "-l",
                        "log",
                        "-w",
                        "-t",
                        "20",
                        "-o",
                        options(site, port, certificates)));
                command.add("start");
                if (run(directory, site.there().apply(asPostgres(command))) == 0) {
                    return new PostgresqlServer(directory, new InetSocketAddress(site.address(), port));
                }
            }
            throw new AssertionError("PostgreSQL does not start:\n" + Files.readString(directory.resolve("log")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String options(Site site, int port, List<IssuedCertificate> certificates) {
        String options = "-h " + site.address()
                + " -k '' -F -c log_connections=on -c shared_buffers=1MB -c max_connections=20 -p " + port;
        return certificates.isEmpty()
                ? options
                : options + " -c ssl=on -c ssl_cert_file=../server.crt -c ssl_key_file=../server.key";
    }

    /** The server refuses to run as root. */
    private static void own(Path directory) throws IOException {
        if (isRoot()) {
            run(directory, List.of("chown", "-R", USER + ":" + USER, directory.toString()));
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static String program(String name) {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.sorted(Comparator.reverseOrder())
                    .map(each -> each.resolve("bin").resolve(name))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow()
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> asPostgres(List<String> command) {
        List<String> all = new ArrayList<>();
        if (isRoot()) {
            all.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups", "--"));
        }
        all.addAll(command);
        return all;
    }

    private static int run(Path directory, List<String> command) throws IOException {
        Path output = Files.createTempFile("sallyport-postgresql", ".out");
        try {
            // To a file: the server keeps standard output open.
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            await(String.join(" ", command)).atMost(PATIENCE).until(() -> !process.isAlive());
            if (process.exitValue() != 0 && !command.contains("start")) {
                throw new AssertionError(
                        String.join(" ", command) + ":\n" + Files.readString(output, StandardCharsets.UTF_8));
            }
            return process.exitValue();
        } finally {
            Files.delete(output);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        try {
            run(directory, asPostgres(List.of(program("pg_ctl"), "-D", "data", "-m", "immediate", "-w", "stop")));
            RunningProxy.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
