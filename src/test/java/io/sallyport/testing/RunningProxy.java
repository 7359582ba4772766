package io.sallyport.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.config.FileSource;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.server.ProxyServer;
import io.sallyport.server.generation.StartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
public final class RunningProxy implements ProxyUnderTest {
    private static final String TOKEN = "admin.token";

    private final ProxyServer server;
    private final CertificateAuthority authority;
    private final Path directory;
    private final CapturedLog log;
    private String token;
    private boolean drained;

    private RunningProxy(
            ProxyServer server, CertificateAuthority authority, Path directory, CapturedLog log, String token) {
        this.server = server;
        this.token = token;
        this.authority = authority;
        this.directory = directory;
        this.log = log;
    }

    /** A proxy to be, in front of the server at {@code backend}. */
    public static Builder to(InetSocketAddress backend) {
        return new Builder(backend);
    }

    @Override
    public InetSocketAddress address() {
        return address("https");
    }

    public InetSocketAddress address(String listener) {
        return (InetSocketAddress) Objects.requireNonNull(server.addresses().get(listener));
    }

    @Override
    public InetSocketAddress adminAddress() {
        InetSocketAddress admin = server.adminAddress();
        return Objects.requireNonNull(admin == null ? server.metricsAddress() : admin);
    }

    /** Asks the metrics listener. */
    public HttpResponse<String> getMetrics(String path) {
        return get(Objects.requireNonNull(server.metricsAddress()), path);
    }

    @Override
    public CertificateAuthority authority() {
        return authority;
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public String token() {
        return token;
    }

    /** Replaces the content of the file of the admin token. */
    public void replaceToken(String fresh) {
        try {
            Files.writeString(directory.resolve(TOKEN), fresh + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks the admin listener with another token from here on. */
    public void askWith(String other) {
        token = other;
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

    /** Threads that nobody waits for may be writing there yet, as the one that orders certificates. */
    static void delete(Path directory) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> deleted(directory));
    }

    private static boolean deleted(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
            return true;
        } catch (DirectoryNotEmptyException e) {
            return false; // One has come behind the look.
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof NoSuchFileException) {
                return false; // One has gone meanwhile.
            }
            throw e;
        }
    }

    /** What a proxy is to be like. */
    public static final class Builder {
        private final InetSocketAddress backend;
        private final List<String> settings = new ArrayList<>();
        private final List<IssuedCertificate> certificates = new ArrayList<>();
        private final Path directory;
        private CertificateAuthority authority = CertificateAuthority.create("Test Root");
        private String token = "";

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

        /** Gives the admin listener a token, in a file {@code admin.token}, and asks it with that. */
        public Builder token(String secret) {
            token = secret;
            try {
                SecretFiles.write(directory.resolve(TOKEN), secret + "\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return with("admin.token-file = " + TOKEN);
        }

        /** Where files that the settings name can be put, before the start. */
        public Path directory() {
            return directory;
        }

        public RunningProxy start() {
            CapturedLog log = CapturedLog.start();
            try {
                return new RunningProxy(ProxyServer.start(new FileSource(write())), authority, directory, log, token);
            } catch (ConfigException | StartException e) {
                log.close();
                delete(directory);
                throw new IllegalStateException(e);
            }
        }

        /** Starts the packaged jar in a process of its own. */
        public ChildProxy startProcess(String... jvmArguments) {
            return ChildProxy.start(this, "", jvmArguments);
        }

        /** Starts the packaged jar in a process of its own, with one more variable in its environment. */
        public ChildProxy startProcessWithVariable(String name, String value, String... jvmArguments) {
            return ChildProxy.start(this, "export " + name + "='" + value + "' && ", jvmArguments);
        }

        /** Starts the packaged jar in a process of its own, which may open so many files. */
        public ChildProxy startProcessWithOpenFiles(int most, String... jvmArguments) {
            return ChildProxy.start(this, "ulimit -n " + most + " && ", jvmArguments);
        }

        CertificateAuthority authority() {
            return authority;
        }

        /** Writes the configuration file, and what it names. */
        Path write() {
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
            try {
                return Files.writeString(directory.resolve("sallyport.conf"), text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
