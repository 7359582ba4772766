package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.Daemon;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.FakeDns;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.PemFiles;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Certificates from a real authority, pebble, which looks at the listener itself whether a name leads there. */
final class AcmeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String AUTHORITY = "acme.ca { directory = \"https://127.0.0.1:%d/dir\", agree-terms = on,"
            + " contact = [\"ops@example.com\"], trust-anchors = [pebble-root.crt], renew-before = %s }";
    private static final String CERTIFICATE =
            "listeners.https.tls.certificates = [ { acme = ca, names = [a.sallyport.test, 127.0.0.1] } ]";

    private final FakeDns dns = FakeDns.knowing(60, "127.0.0.1");
    private final List<AutoCloseable> open = new ArrayList<>();
    private CertificateAuthority clients = CertificateAuthority.create("Clients");
    private FakeBackend backend = FakeBackend.echo();
    private RunningProxy proxy;
    private Path directory;

    @BeforeEach
    void start() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/pebble")), "pebble is not installed");
        RunningProxy.Builder builder = RunningProxy.to(backend.address())
                .with("listeners.https.tls.client-auth { mode = require, trust-anchors = [clients.crt] }")
                .with("listeners.http { bind = \"127.0.0.1:0\", redirect = https }")
                .with("// more");
        directory = builder.directory();
        clients.writePem(directory, "clients");
        clients.client("good").issue().writePem(directory, "good");
        proxy = builder.start();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        dns.close();
        backend.close();
    }

    /** The port of the listener is known only now, and the authority has to be told it. */
    private Daemon orderFrom(String settings, String renewBefore) {
        return orderFrom(settings, renewBefore, proxy.address().getPort(), 1, "");
    }

    private Daemon orderFrom(String settings, String renewBefore, int tlsPort, int httpPort, String more) {
        CertificateAuthority root = CertificateAuthority.create("Pebble's own");
        root.writePem(directory, "pebble-root");
        IssuedCertificate own = root.server("localhost").ip("127.0.0.1").issue();
        PemFiles files = own.writePem(directory, "pebble");
        Daemon pebble = Daemon.pebble(directory, files, tlsPort, httpPort, dns.address(), settings);
        open.add(0, pebble);
        open.add(0, proxy);
        proxy.edit(text -> text.replace(
                "// more",
                AUTHORITY.formatted(pebble.address().getPort(), renewBefore) + "\n" + CERTIFICATE + "\n" + more));
        boolean reloaded = proxy.reload();
        assertThat(proxy.log().values("problem")).isEmpty();
        assertThat(reloaded).isTrue();
        return pebble;
    }

    private void awaitOrders(int count) {
        await("orders")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(proxy.metric("sallyport_acme_orders_total", "result", "success"))
                        .isGreaterThanOrEqualTo(count));
    }

    /** What clients are shown, in PEM. */
    private String certificate(RunningProxy shows) {
        String output = new Openssl(directory)
                .output(List.of(
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + shows.address().getPort(),
                        "-servername",
                        "a.sallyport.test"));
        int begin = output.indexOf("-----BEGIN CERTIFICATE");
        return begin < 0 ? "" : output.substring(begin, output.indexOf("-----END CERTIFICATE"));
    }

    private String hello(String... more) {
        List<String> command = new ArrayList<>(List.of(
                "s_client", "-connect", "127.0.0.1:" + proxy.address().getPort(), "-servername", "a.sallyport.test"));
        command.addAll(List.of(more));
        return new Openssl(directory).output(command);
    }

    @Test
    void aNameIsProvedByTheListenerThatAsksEverybodyElseForACertificate() throws IOException {
        orderFrom("", "33%");
        awaitOrders(1);

        await().untilAsserted(() -> assertThat(hello("-cert", "good.crt", "-key", "good.key"))
                .contains("issuer=CN = Pebble Intermediate CA"));
        assertThat(proxy.get("/readyz").statusCode()).isEqualTo(200);
        // The authority looks at each of the two names at least once.
        assertThat(proxy.metric("sallyport_connections_closed_total", "reason", "acme_challenge"))
                .isGreaterThanOrEqualTo(2);
        assertThat(hello("-alpn", "acme-tls/1,h2")).doesNotContain("CN = acme challenge");
        assertThat(hello("-alpn", "acme-tls/1")).doesNotContain("CN = acme challenge");
        proxy.awaitMetric(2, "sallyport_handshake_failures_total", "reason", "client_certificate_missing");
        try (Stream<Path> files = Files.list(directory.resolve("acme"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .hasSize(2)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
        try (Stream<Path> files = Files.list(directory.resolve("acme/pending"))) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("lock");
        }
    }

    /** Nothing listens where it would look by TLS. */
    @Test
    void aNameIsProvedInPlainWhereEverybodyElseIsLedToHttps() throws IOException {
        orderFrom("", "33%", 1, proxy.address("http").getPort(), "acme.ca.challenge = http-01");
        awaitOrders(1);

        await().untilAsserted(() -> assertThat(hello("-cert", "good.crt", "-key", "good.key"))
                .contains("issuer=CN = Pebble Intermediate CA"));
        // The authority looks at each of the two names at least once.
        assertThat(proxy.metric("sallyport_connections_closed_total", "listener", "http", "reason", "acme_challenge"))
                .isGreaterThanOrEqualTo(2);
        assertThat(proxy.get(proxy.address("http"), "/.well-known/acme-challenge/none")
                        .statusCode())
                .isEqualTo(308);
        try (Stream<Path> files = Files.list(directory.resolve("acme/pending"))) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("lock");
        }
    }

    /** Pebble's certificates end after a minute here; a second proxy on the same storage takes over what the first has ordered. */
    @Test
    void certificatesAreRenewedWhileHandshakesPassAndAllProcessesServeThem() throws Exception {
        Daemon pebble = orderFrom(", \"certificateValidityPeriod\": 60", "50s");
        awaitOrders(1);
        RunningProxy.Builder builder = RunningProxy.to(backend.address())
                .with(
                        AUTHORITY
                                .formatted(1, "50s")
                                .replace(
                                        "https://127.0.0.1:1/",
                                        "https://127.0.0.1:" + pebble.address().getPort() + "/")
                                .replace(
                                        "trust-anchors = [pebble",
                                        "storage = \"" + directory.resolve("acme") + "\", trust-anchors = [" + directory
                                                + "/pebble"),
                        CERTIFICATE);
        try (RunningProxy second = builder.start()) {
            String first = certificate(second);
            assertThat(first).isNotEmpty();
            await("renewal").atMost(PATIENCE).untilAsserted(() -> {
                assertThat(certificate(second)).isNotEqualTo(first);
                assertThat(certificate(proxy)).isEqualTo(certificate(second));
            });
            assertThat(second.metric("sallyport_acme_orders_total", "result", "success")
                            + proxy.metric("sallyport_acme_orders_total", "result", "success"))
                    .isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void aNameThatLeadsElsewhereIsRefusedAndToldInTheAuthoritysWords() {
        dns.know(60, "127.0.0.2");
        orderFrom("", "33%");
        await("a refusal")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(proxy.metric("sallyport_acme_orders_total", "result", "refused"))
                        .isEqualTo(1));

        // Counted at once, and told at the end of the turn.
        await().untilAsserted(() -> assertThat(proxy.get("/status").body())
                .contains("\"last_result\" : \"refused\"", "a.sallyport.test: urn:ietf:params:acme:error:"));
        assertThat(proxy.get("/readyz").statusCode()).isEqualTo(503);
    }
}
