package io.sallyport.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Another proxy of the trade (haproxy, nginx) on one port of loopback, with a configuration made for one test. */
public final class Daemon implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int ATTEMPTS = 5;

    private final Process process;
    private final InetSocketAddress address;

    private Daemon(Process process, InetSocketAddress address) {
        this.process = process;
        this.address = address;
    }

    /**
     * Starts haproxy.
     *
     * @param sections what follows the defaults; it is given the port to bind
     */
    public static Daemon haproxy(Path directory, IntFunction<String> sections) {
        return start(
                directory,
                "haproxy",
                port -> """
                defaults
                  mode tcp
                  timeout connect 5s
                  timeout client 10s
                  timeout server 10s
                """ + sections.apply(port),
                file -> List.of("haproxy", "-db", "-q", "-f", file.toString()));
    }

    /**
     * Starts nginx.
     *
     * @param blocks what follows {@code events}; it is given the port to bind
     */
    public static Daemon nginx(Path directory, IntFunction<String> blocks) {
        String modules = Files.exists(Path.of("/usr/lib/nginx/modules/ngx_stream_module.so"))
                ? "load_module /usr/lib/nginx/modules/ngx_stream_module.so;\n"
                : "";
        return start(
                directory,
                "nginx",
                port -> modules + """
                        daemon off;
                        master_process off;
                        pid nginx.pid;
                        error_log stderr;
                        events {}
                        """ + blocks.apply(port),
                file -> List.of("nginx", "-p", directory.toString(), "-e", "stderr", "-c", file.toString()));
    }

    /**
     * Starts pebble, an authority that issues certificates by ACME to whoever proves a name at {@code tlsPort}. A third of the
     * good nonces is refused, as by an authority behind a load balancer.
     *
     * @param certificate what it shows itself
     * @param dns who knows the names that are to be proved
     * @param settings more of its configuration, as JSON, each with a comma in front
     */
    public static Daemon pebble(
            Path directory, PemFiles certificate, int tlsPort, InetSocketAddress dns, String settings) {
        return start(
                directory,
                "pebble",
                port -> """
                        {"pebble": {"listenAddress": "127.0.0.1:%d", "managementListenAddress": "",
                         "certificate": "%s", "privateKey": "%s", "httpPort": 1, "tlsPort": %d,
                         "ocspResponderURL": ""%s}}
                        """.formatted(port, certificate.chain(), certificate.key(), tlsPort, settings),
                file -> List.of(
                        "env",
                        "PEBBLE_VA_NOSLEEP=1",
                        "PEBBLE_VA_ALWAYS_VALID=0",
                        "PEBBLE_WFE_NONCEREJECT=33",
                        "PEBBLE_AUTHZREUSE=0",
                        "pebble",
                        "-config",
                        file.toString(),
                        "-dnsserver",
                        dns.getAddress().getHostAddress() + ":" + dns.getPort()));
    }

    public InetSocketAddress address() {
        return address;
    }

    /** Nobody can bind a port for a process of another language, so it may be taken in between. */
    private static Daemon start(
            Path directory, String name, IntFunction<String> configuration, Function<Path, List<String>> command) {
        Path output = directory.resolve(name + ".log");
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
                Path file =
                        Files.writeString(directory.resolve(name + ".conf"), configuration.apply(address.getPort()));
                Process process = new ProcessBuilder(command.apply(file))
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                await(name)
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> !process.isAlive() || isListening(address.getPort()));
                if (process.isAlive()) {
                    return new Daemon(process, address);
                }
            }
            throw new AssertionError(name + " does not start:\n" + Files.readString(output));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** A connection would already be one of the test's. */
    private static boolean isListening(int port) {
        try {
            return Files.readString(Path.of("/proc/net/tcp"))
                    .contains("0100007F:%04X 00000000:0000 0A".formatted(port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
