package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.JsonKeys;
import io.sallyport.testing.RefusedPort;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command {@code explain}, against our own proxy. */
class ExplainCommandTest {
    @TempDir
    private Path directory;

    @Test
    void explainsAndScansWithin80Columns() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Outcome outcome = Outcome.of(
                    "explain",
                    "localhost:" + proxy.address().getPort(),
                    "--ca",
                    proxy.authority().writePem(directory, "ca"),
                    "--alpn",
                    "h2,http/1.1",
                    "--scan");

            assertThat(outcome.exitCode()).as(String.join("\n", outcome.out())).isZero();
            assertThat(outcome.err()).isEmpty();
            assertThat(outcome.out())
                    .allMatch(line -> line.length() <= 80 && line.chars().allMatch(each -> each >= ' ' && each <= '~'))
                    .noneMatch(line -> line.endsWith(" "))
                    .anyMatch(line -> line.matches(" +[0-9.]+ ms {2}--> ClientHello +\\d+"))
                    .anyMatch(line -> line.matches(" +[0-9.]+ ms {2}<-- ServerHello +\\d+"))
                    .contains(
                            "handshake",
                            "certificate chain",
                            "  server name       localhost",
                            "  key exchange      X25519MLKEM768, post-quantum",
                            "  trusted           yes, by CN=Test Root",
                            "  modern 6.0        not kept: takes TLSv1.2",
                            "  intermediate 6.0  kept",
                            "fine",
                            "  A client that verifies certificates connects.");
        }
    }

    @Test
    void printsOneJsonDocument() throws IOException {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Outcome outcome = Outcome.of(
                    "explain",
                    "localhost:" + proxy.address().getPort(),
                    "--json",
                    "--scan",
                    "--ca",
                    proxy.authority().writePem(directory, "ca"));

            Config json = json(outcome);
            assertThat(outcome.exitCode()).isZero();
            assertThat(json.getBoolean("fine")).isTrue();
            assertThat(json.getConfigList("handshake.steps").get(0).getString("step"))
                    .isEqualTo("ClientHello");
            assertThat(json.getStringList("handshake.offered.versions")).containsExactly("TLSv1.3", "TLSv1.2");
            assertThat(json.getString("agreed.version")).isEqualTo("TLSv1.3");
            assertThat(json.getBoolean("agreed.resumption.resumed")).isTrue();
            assertThat(json.getString("certificates.anchor")).isEqualTo("CN=Test Root");
            assertThat(json.getConfigList("certificates.sent").get(0).getStringList("names"))
                    .containsExactly("localhost", "127.0.0.1");
            assertThat(json.getBoolean("scan.complete")).isTrue();
            assertThat(json.getConfigList("scan.mozilla").get(1).getBoolean("kept"))
                    .isTrue();
            assertThat(json.hasPath("failure")).isFalse();
            assertThat(JsonKeys.of(String.join("\n", outcome.out())))
                    .containsExactly(
                            "target",
                            "address",
                            "server_name",
                            "proxy_header",
                            "fine",
                            "handshake",
                            "handshake/connect_ms",
                            "handshake/handshake_ms",
                            "handshake/bytes_from_client",
                            "handshake/bytes_from_server",
                            "handshake/steps",
                            "handshake/steps/[]/from",
                            "handshake/steps/[]/step",
                            "handshake/steps/[]/bytes",
                            "handshake/steps/[]/ms",
                            "handshake/steps/[]/complete",
                            "handshake/steps/[]/detail",
                            "handshake/offered",
                            "handshake/offered/versions",
                            "handshake/offered/suites",
                            "handshake/offered/groups",
                            "handshake/offered/key_shares",
                            "handshake/offered/signature_schemes",
                            "handshake/offered/alpn",
                            "handshake/offered/ja4",
                            "agreed",
                            "agreed/version",
                            "agreed/suite",
                            "agreed/group",
                            "agreed/post_quantum",
                            "agreed/client_certificate",
                            "agreed/client_certificate/asked",
                            "agreed/client_certificate/sent",
                            "agreed/stapling",
                            "agreed/stapling/stapled",
                            "agreed/resumption",
                            "agreed/resumption/resumed",
                            "agreed/resumption/outcome",
                            "agreed/resumption/first_ms",
                            "agreed/resumption/second_ms",
                            "agreed/resumption/first_bytes",
                            "agreed/resumption/second_bytes",
                            "certificates",
                            "certificates/trusted",
                            "certificates/anchor",
                            "certificates/sent",
                            "certificates/sent/[]/subject",
                            "certificates/sent/[]/issuer",
                            "certificates/sent/[]/serial",
                            "certificates/sent/[]/names",
                            "certificates/sent/[]/not_before",
                            "certificates/sent/[]/not_after",
                            "certificates/sent/[]/key",
                            "certificates/sent/[]/signature",
                            "findings",
                            "scan",
                            "scan/connections",
                            "scan/ms",
                            "scan/complete",
                            "scan/versions",
                            "scan/versions/[]/version",
                            "scan/versions/[]/taken",
                            "scan/versions/[]/order",
                            "scan/versions/[]/suites",
                            "scan/versions/[]/groups",
                            "scan/mozilla",
                            "scan/mozilla/[]/profile",
                            "scan/mozilla/[]/guideline",
                            "scan/mozilla/[]/kept",
                            "scan/mozilla/[]/beyond",
                            "scan/mozilla/[]/lacking");
        }
    }

    @Test
    void endsWith1WhereAClientWouldNotConnect() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                RefusedPort refused = new RefusedPort()) {
            Outcome untrusted =
                    Outcome.of("explain", "localhost:" + proxy.address().getPort());
            assertThat(untrusted.exitCode()).isEqualTo(1);
            assertThat(untrusted.out()).contains("failed: certificate_refused", "  trusted           no");
            assertThat(untrusted.err()).isEmpty();

            Outcome closed =
                    Outcome.of("explain", "127.0.0.1:" + refused.address().getPort(), "--json");
            assertThat(closed.exitCode()).isEqualTo(1);
            assertThat(json(closed).getString("failure.reason")).isEqualTo("connection_refused");
        }
    }

    @Test
    void showsAClientCertificate() {
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        try (FakeBackend backend = FakeBackend.closing()) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address());
            clients.writePem(builder.directory(), "clients");
            clients.client("ops").issue().writePem(directory, "ops");
            try (RunningProxy proxy = builder.with(
                            "listeners.https.tls.client-auth { mode = require, trust-anchors = [clients.crt] }")
                    .start()) {
                Outcome outcome = Outcome.of(
                        "explain",
                        "localhost:" + proxy.address().getPort(),
                        "--ca",
                        proxy.authority().writePem(directory, "ca"),
                        "--cert",
                        directory.resolve("ops.crt"),
                        "--key",
                        directory.resolve("ops.key"),
                        "--tls1.2");

                assertThat(outcome.exitCode()).isZero();
                assertThat(String.join("\n", outcome.out()))
                        .contains("certificate asked for, sent; issued by CN=Clients")
                        .contains("<-- CertificateRequest")
                        .contains("--> CertificateVerify");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "[::]"})
    void explainsAListenerOfAConfiguration(String host) throws IOException {
        IssuedCertificate own = CertificateAuthority.selfSigned("own.example")
                .server()
                .dns("*.own.example")
                .issue();
        own.writePem(directory, "tls");
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .certificate(CertificateAuthority.actingAs(own), own)
                        .start()) {
            Path file = configuration(host + ":" + proxy.address().getPort());

            Outcome outcome = Outcome.of("explain", "--conf", file, "https");

            assertThat(outcome.exitCode()).as(String.join("\n", outcome.out())).isZero();
            assertThat(outcome.out())
                    .contains("  server name       www.own.example", "  trusted           yes, by CN=own.example")
                    .noneMatch(line -> line.contains("not in the files"));
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.0/8, true", "10.0.0.0/8, false"})
    void speaksTheProxyProtocolWhereItsListenerWantsIt(String trusted, boolean header) throws IOException {
        IssuedCertificate own = CertificateAuthority.selfSigned("localhost")
                .server()
                .dns("localhost")
                .issue();
        own.writePem(directory, "tls");
        String accept = "proxy-protocol { accept = on, trusted = [\"" + trusted + "\"] }";
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .certificate(CertificateAuthority.actingAs(own), own)
                        .with("listeners.https." + accept)
                        .start()) {
            Path file = configuration("127.0.0.1:" + proxy.address().getPort());
            Files.writeString(file, "sallyport.listeners.https." + accept + "\n", StandardOpenOption.APPEND);

            Outcome outcome = Outcome.of("explain", "--conf", file, "https", "--scan");

            assertThat(outcome.exitCode()).as(String.join("\n", outcome.out())).isZero();
            assertThat(outcome.out().stream().anyMatch(line -> line.startsWith("  PROXY protocol")))
                    .isEqualTo(header);
            assertThat(outcome.out()).contains("  intermediate 6.0  kept");
        }
    }

    @Test
    void saysThatAListenerServesAnotherCertificateThanItsConfigurationHas() throws IOException {
        IssuedCertificate renewed = CertificateAuthority.selfSigned("localhost")
                .server()
                .dns("localhost")
                .issue();
        renewed.writePem(directory, "tls");
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Path file = configuration("127.0.0.1:" + proxy.address().getPort());

            Outcome outcome = Outcome.of(
                    "explain", "-c", file, "https", "--ca", proxy.authority().writePem(directory, "ca"));

            assertThat(outcome.exitCode()).isZero();
            assertThat(String.join(" ", outcome.out()).replaceAll(" +", " "))
                    .contains("which is not in the files of its configuration.");
        }
    }

    @Test
    void whatCannotBeReadIsUsage() throws IOException {
        Outcome noFile = Outcome.of("explain", "localhost:1", "--ca", directory.resolve("none.crt"));
        assertThat(noFile.exitCode()).isEqualTo(2);
        assertThat(noFile.err()).singleElement().asString().contains("none.crt: no such file");

        assertThat(Outcome.of("explain", "-c", directory.resolve("none.conf"), "https")
                        .err())
                .singleElement()
                .asString()
                .contains("none.conf: no such file");

        CertificateAuthority.selfSigned("localhost")
                .server()
                .dns("localhost")
                .issue()
                .writePem(directory, "tls");
        Outcome noListener = Outcome.of("explain", "-c", configuration("127.0.0.1:1"), "http");
        assertThat(noListener.exitCode()).isEqualTo(2);
        assertThat(noListener.err().get(0)).isEqualTo("\"http\" (expected: one of the listeners https)");

        Path unix = Files.writeString(
                directory.resolve("unix.conf"), Files.readString(configuration("unix:listener.sock")));
        assertThat(Outcome.of("explain", "-c", unix, "https").err().get(0)).endsWith("(expected: a TCP port)");

        Path plain = Files.writeString(
                directory.resolve("plain.conf"),
                "sallyport { listeners.tcp { bind = \"127.0.0.1:1\", backend = app },"
                        + " backends.app.servers = [\"127.0.0.1:2\"] }");
        assertThat(Outcome.of("explain", "-c", plain, "tcp").err().get(0))
                .isEqualTo("\"tcp\" takes plain TCP (expected: a listener with TLS)");

        Outcome anyPort = Outcome.of("explain", "-c", configuration("127.0.0.1:0"), "https");
        assertThat(anyPort.exitCode()).isEqualTo(2);
        assertThat(anyPort.err().get(0)).startsWith("listeners.https.bind: \"127.0.0.1:0\" (expected: a port;");
    }

    @ParameterizedTest
    @CsvSource({
        "/dev/pts/3, , , true",
        "/dev/tty1, , xterm, true",
        "/dev/pts/3, 1, , false",
        "/dev/pts/3, , dumb, false",
        "pipe:[1234], , xterm, false",
        "/dev/null, , xterm, false"
    })
    void coloursAreForTerminalsAlone(String target, String noColor, String term, boolean coloured) throws IOException {
        Path descriptor = Files.createSymbolicLink(directory.resolve("1"), Path.of(target));
        Map<String, String> environment = new HashMap<>();
        environment.put("NO_COLOR", noColor);
        environment.put("TERM", term);

        assertThat(Terminal.isColoured(descriptor, environment::get)).isEqualTo(coloured);
    }

    private static Config json(Outcome outcome) {
        return ConfigFactory.parseString(
                String.join("\n", outcome.out()), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
    }

    private Path configuration(String bind) throws IOException {
        return Files.writeString(directory.resolve("sallyport.conf"), """
            sallyport {
              listeners.https {
                bind = "%s"
                backend = app
                tls.certificates = [{ chain = "tls.crt", key = "tls.key" }]
              }
              backends.app.servers = ["127.0.0.1:1"]
            }
            """.formatted(bind));
    }
}
