package io.sallyport.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.config.ConfigException;
import io.sallyport.config.ConfigSource;
import io.sallyport.server.ProxyServer;
import io.sallyport.server.StartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A Sallyport in this process, in front of one backend.
 *
 * <pre>{@code
 * try (FakeBackend backend = FakeBackend.echo();
 *         RunningProxy proxy = RunningProxy.to(backend.address())
 *                 .with("listeners.https.timeouts.idle = 300ms")
 *                 .start();
 *         TlsClient client = TlsClient.connect(proxy)) {
 *     ...
 * }
 * }</pre>
 *
 * <p>There is one listener, {@code https}, one backend, {@code app}, an admin listener and an access log. Closing it
 * asserts that all went back to where it was: nothing open, nothing counted, nothing logged that tells of a fault.
 */
public final class RunningProxy implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final ProxyServer server;
    private final CertificateAuthority authority;
    private final Path directory;
    private final CapturedLog log;
    private boolean drained;

    private RunningProxy(ProxyServer server, CertificateAuthority authority, Path directory, CapturedLog log) {
        this.server = server;
        this.authority = authority;
        this.directory = directory;
        this.log = log;
    }

    /** A proxy to be, in front of the server at {@code backend}. */
    public static Builder to(InetSocketAddress backend) {
        return new Builder(backend);
    }

    /** Where the listener {@code https} is. */
    public InetSocketAddress address() {
        return address("https");
    }

    public InetSocketAddress address(String listener) {
        return Objects.requireNonNull(server.addresses().get(listener));
    }

    public InetSocketAddress adminAddress() {
        return Objects.requireNonNull(server.adminAddress());
    }

    /** Who signed the default certificate, which is for {@code localhost} and 127.0.0.1. */
    public CertificateAuthority authority() {
        return authority;
    }

    /** Where the configuration's relative paths start; deleted at the end. */
    public Path directory() {
        return directory;
    }

    public ProxyServer server() {
        return server;
    }

    /** Changes the text of the configuration file; nothing is reloaded. */
    public void edit(UnaryOperator<String> change) {
        Path file = directory.resolve("sallyport.conf");
        try {
            Files.writeString(file, change.apply(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks for a reload; whether nothing is wrong. */
    public boolean reload() {
        return server.reload("test")
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    public CapturedLog log() {
        return log;
    }

    /** Asks the admin listener. */
    public HttpResponse<String> get(String path) {
        InetSocketAddress admin = adminAddress();
        URI uri = URI.create("http://127.0.0.1:" + admin.getPort() + path);
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The sum of all samples of a metric that carry these labels: name, value, name, value. */
    public double metric(String name, String... labels) {
        return Samples.parse(get("/metrics").body()).sum(name, labels);
    }

    /** Waits until a metric has a value. */
    public void awaitMetric(double value, String name, String... labels) {
        await(name + " " + String.join(" ", labels))
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(metric(name, labels)).isEqualTo(value));
    }

    /** Every line of the access log so far. */
    public List<LogLine> accessLines() {
        return LogLine.readAll(directory.resolve("access.jsonl"));
    }

    /** Waits for the lines of as many connections; fails when there are more. */
    public List<LogLine> awaitConnectionLines(int count) {
        return awaitLines("connection", count);
    }

    /** Waits for the line of the one connection there was. */
    public LogLine awaitConnectionLine() {
        return awaitConnectionLines(1).get(0);
    }

    /** Waits for the line of the one failed handshake there was. */
    public LogLine awaitHandshakeFailure() {
        return awaitLines("handshake_failure", 1).get(0);
    }

    private List<LogLine> awaitLines(String type, int count) {
        List<LogLine> lines = new ArrayList<>();
        await("lines of the access log")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> {
                    lines.clear();
                    accessLines().stream()
                            .filter(line -> line.text("type").equals(type))
                            .forEach(lines::add);
                    assertThat(lines).hasSize(count);
                });
        return lines;
    }

    /** Waits until no connection is open, on either side. */
    public void awaitIdle() {
        await("an idle proxy")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> {
                    Samples samples = Samples.parse(get("/metrics").body());
                    assertThat(samples.sum("sallyport_connections_active")).isZero();
                    assertThat(samples.sum("sallyport_handshakes_in_flight")).isZero();
                    assertThat(samples.sum("sallyport_backend_connections_active"))
                            .isZero();
                });
    }

    /** Drains; then {@link #close} leaves the outcome to the test. */
    public CompletableFuture<Boolean> drain() {
        drained = true;
        return server.drain();
    }

    @Override
    public void close() {
        try {
            if (!drained) {
                awaitIdle();
                assertThat(drain().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                                .join())
                        .as("the drain of an idle proxy")
                        .isTrue();
            }
            assertThat(log.faults()).isEmpty();
        } finally {
            server.stopNow();
            log.close();
            delete(directory);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a proxy is to be like. */
    public static final class Builder {
        private final InetSocketAddress backend;
        private final List<String> settings = new ArrayList<>();
        private final List<IssuedCertificate> certificates = new ArrayList<>();
        private final Path directory;
        private CertificateAuthority authority = CertificateAuthority.create("Test Root");

        private Builder(InetSocketAddress backend) {
            this.backend = backend;
            try {
                this.directory = Files.createTempDirectory("sallyport-test");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Settings below {@code sallyport}, in HOCON, over the defaults of tests. */
        public Builder with(String... hocon) {
            settings.addAll(List.of(hocon));
            return this;
        }

        /** Shows a certificate instead of the default one; {@code issuer} is who clients must trust. */
        public Builder certificate(CertificateAuthority issuer, IssuedCertificate certificate) {
            authority = issuer;
            certificates.add(certificate);
            return this;
        }

        /** Where files that the settings name can be put, before the start. */
        public Path directory() {
            return directory;
        }

        public RunningProxy start() {
            if (certificates.isEmpty()) {
                certificates.add(authority.server("localhost").ip("127.0.0.1").issue());
            }
            List<String> names = new ArrayList<>();
            for (IssuedCertificate certificate : certificates) {
                String name = "server" + names.size();
                certificate.writePem(directory, name);
                names.add("{ chain = \"" + name + ".crt\", key = \"" + name + ".key\" }");
            }
            String defaults =
                    """
                    event-loops = 2
                    listeners.https {
                      bind = "127.0.0.1:0"
                      backend = app
                      tls.certificates = [%s]
                    }
                    backends.app.servers = ["%s:%d"]
                    admin.bind = "127.0.0.1:0"
                    access-log.target = access.jsonl
                    drain.timeout = 5s
                    reload { watch = off, poll = 0s }
                    """.formatted(String.join(", ", names), backend.getAddress().getHostAddress(), backend.getPort());
            String text = "sallyport {\n" + defaults + String.join("\n", settings) + "\n}\n";
            CapturedLog log = CapturedLog.start();
            Path file = directory.resolve("sallyport.conf");
            try {
                Files.writeString(file, text);
                return new RunningProxy(ProxyServer.start(ConfigSource.of(file)), authority, directory, log);
            } catch (ConfigException | StartException | IOException e) {
                log.close();
                delete(directory);
                throw new IllegalStateException(e);
            }
        }
    }
}
