package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.PemFiles;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import io.sallyport.tls.source.AcmeStorage;
import io.sallyport.tls.x509.SelfSigned;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What an authority has issued, as it is served from the storage. The authority itself cannot be reached here. */
final class AcmeStorageTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Acme Root");
    private static final String AUTHORITY =
            "acme.ca { directory = \"https://127.0.0.1:1/directory\", agree-terms = on }";
    private static final String OTHER = "listeners.other { bind = \"127.0.0.1:0\", backend = app,"
            + " tls.certificates = [ { acme = ca, names = [b.test] } ] }";

    private static RunningProxy.Builder proxy(FakeBackend backend) {
        return RunningProxy.to(backend.address())
                .certificate(ROOT, ROOT.server("localhost").ip("127.0.0.1").issue())
                .with(AUTHORITY, OTHER);
    }

    /** Puts a certificate there in one step, as the client of the authority does. */
    private static void issue(Path directory, String name) throws Exception {
        CertificateConfig.Acme certificate = (CertificateConfig.Acme) Objects.requireNonNull(ConfigLoader.load(
                                "sallyport { " + AUTHORITY + "\n" + OTHER
                                        + "\nbackends.app.servers = [\"127.0.0.1:1\"] }",
                                "test",
                                directory)
                        .listeners()
                        .get("other"))
                .tls()
                .certificates()
                .get(0);
        AcmeStorage storage = new AcmeStorage(directory.resolve("acme"));
        storage.create();
        IssuedCertificate issued = ROOT.server(name).issue();
        PemFiles files = issued.writePem(directory, "issued");
        storage.write(
                storage.certificate(certificate),
                (Files.readString(files.chain()) + Files.readString(files.key())).getBytes(StandardCharsets.US_ASCII));
    }

    private static String served(RunningProxy proxy) throws Exception {
        try (TlsClient client = TlsClient.open(proxy.address("other"), ROOT)) {
            client.handshake();
            X509Certificate leaf = (X509Certificate) client.session().getPeerCertificates()[0];
            return leaf.getSubjectAlternativeNames().iterator().next().get(1).toString();
        }
    }

    @Test
    void withoutACertificateTheListenerStandsAndTheProcessIsNotReady() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start()) {
            assertThat(proxy.get("/readyz").statusCode()).isEqualTo(503);
            // That is not what a certificate's end is counted for.
            assertThat(proxy.get("/metrics").body()).doesNotContain("stand-in");

            issue(proxy.directory(), "b.test");

            await().untilAsserted(
                            () -> assertThat(proxy.get("/readyz").statusCode()).isEqualTo(200));
            assertThat(served(proxy)).isEqualTo("b.test");
            assertThat(proxy.log().values("contexts_built")).containsExactly("1");
            assertThat(proxy.log().values("listeners")).containsExactly("other");
        }
    }

    @Test
    void whereOthersServeTheProcessIsReadyWithoutIt() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend)
                        .with("listeners.other.tls.certificates = [ { acme = ca, names = [b.test] },"
                                + " { chain = server0.crt, key = server0.key } ]")
                        .start()) {
            assertThat(proxy.get("/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whatIsThereIsServedFromTheStart() throws Exception {
        try (FakeBackend backend = FakeBackend.echo()) {
            RunningProxy.Builder builder = proxy(backend);
            issue(builder.directory(), "b.test");
            try (RunningProxy proxy = builder.start()) {
                assertThat(proxy.get("/readyz").statusCode()).isEqualTo(200);
                assertThat(served(proxy)).isEqualTo("b.test");
                assertThat(proxy.metric("sallyport_acme_orders_total")).isZero();
            }
        }
    }

    @Test
    void oneThatIsDamagedIsWarnedOfAndCountsAsNone() throws Exception {
        try (FakeBackend backend = FakeBackend.echo()) {
            RunningProxy.Builder builder = proxy(backend);
            issue(builder.directory(), "b.test");
            try (var files = Files.newDirectoryStream(builder.directory().resolve("acme"), "b.test-*.pem")) {
                Files.writeString(files.iterator().next(), "-----BEGIN");
            }
            try (RunningProxy proxy = builder.start()) {
                assertThat(proxy.get("/readyz").statusCode()).isEqualTo(503);
            }
        }
    }

    @Test
    void aStorageThatOthersMayUseIsRefused() throws Exception {
        try (FakeBackend backend = FakeBackend.echo()) {
            RunningProxy.Builder builder = proxy(backend);
            Path storage = Files.createDirectory(builder.directory().resolve("acme"));
            Files.setPosixFilePermissions(storage, PosixFilePermissions.fromString("rwxr-x---"));

            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(builder::start)
                    .withMessageContaining("others than its owner may use this folder of private keys (rwxr-x---;"
                            + " expected: rwx------)");
        }
    }

    /** As another process on the same storage puts it there, whose authority comes to this one. */
    @Test
    void whatProvesANameIsShownToTheAuthorityAloneAndGetsNobodyRoundClientAuth() throws Exception {
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        try (FakeBackend backend = FakeBackend.echo()) {
            RunningProxy.Builder builder = proxy(backend)
                    .with("listeners.other.tls.client-auth { mode = require, trust-anchors = [clients.crt] }");
            clients.writePem(builder.directory(), "clients");
            try (RunningProxy proxy = builder.start()) {
                // Whoever orders clears away what was left of earlier proofs.
                proxy.awaitMetric(1, "sallyport_acme_orders_total", "result", "unreachable");
                SelfSigned proof = SelfSigned.forChallenge("b.test", new byte[32], Duration.ofHours(1));
                AcmeStorage storage = new AcmeStorage(proxy.directory().resolve("acme"));
                storage.write(storage.challenge("b.test"), pem(proof));

                await().untilAsserted(() ->
                        assertThat(hello(proxy, "b.test", "acme-tls/1")).contains("CN = acme challenge"));
                assertThat(hello(proxy, "b.test", "acme-tls/1"))
                        .contains("ALPN protocol: acme-tls/1", "No client certificate CA names sent");
                double before = refused(proxy);
                for (String protocols : List.of("acme-tls/1,h2", "h2,acme-tls/1", "h2")) {
                    assertThat(hello(proxy, "b.test", protocols)).doesNotContain("acme challenge");
                }
                assertThat(hello(proxy, "c.test", "acme-tls/1")).doesNotContain("acme challenge");
                await().untilAsserted(() -> assertThat(refused(proxy)).isGreaterThanOrEqualTo(before + 4));
                assertThat(backend.accepted()).isZero();

                Files.delete(storage.challenge("b.test"));
                await().untilAsserted(() ->
                        assertThat(hello(proxy, "b.test", "acme-tls/1")).doesNotContain("acme challenge"));
            }
        }
    }

    private static double refused(RunningProxy proxy) {
        return proxy.metric("sallyport_handshake_failures_total", "reason", "client_certificate_missing");
    }

    private static String hello(RunningProxy proxy, String name, String protocols) {
        return new Openssl(proxy.directory())
                .output(List.of(
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + proxy.address("other").getPort(),
                        "-servername",
                        name,
                        "-alpn",
                        protocols));
    }

    private static byte[] pem(SelfSigned made) throws Exception {
        StringBuilder text = new StringBuilder();
        Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
        text.append("-----BEGIN CERTIFICATE-----\n")
                .append(lines.encodeToString(made.certificate().getEncoded()))
                .append("\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n")
                .append(lines.encodeToString(made.key().getEncoded()))
                .append("\n-----END PRIVATE KEY-----\n");
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
