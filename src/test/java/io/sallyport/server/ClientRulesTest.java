package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Payload;
import io.sallyport.testing.RunningProxy;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in by which rule, and who is not; openssl is the client. */
final class ClientRulesTest {
    private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Clients");
    private static final IssuedCertificate OPS = CLIENTS.client("ops")
            .subject("CN=ops,OU=Platform,O=Example")
            .serial(0x0a11)
            .dns("db1.clients.example")
            .uri("spiffe://prod/eu/db")
            .email("ops@example.com")
            .ip("10.1.2.3")
            .issue();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /** A rule for each attribute that speaks of the client, and one for each that speaks of another. */
    static Stream<String> holding() {
        return Stream.of(
                "cn = ops",
                "ou = Platform",
                "o = Example",
                "dns = \"*.clients.example\"",
                "uri = \"spiffe://prod/*/db\"",
                "uri = \"spiffe://prod/**\"",
                "email = \"ops@example.com\"",
                "ip = \"10.1.0.0/16\"",
                "issuer = \"CN=Clients\"",
                "serial = \"0a11\"",
                "spki-sha256 = \"" + pin(OPS) + "\"",
                "cn = ops, o = Example");
    }

    static Stream<String> failing() {
        return Stream.of(
                "cn = Ops",
                "ou = Example",
                "o = Platform",
                "dns = \"*.example\"",
                "uri = \"spiffe://prod/*\"",
                "uri = \"spiffe://test/**\"",
                "email = \"dev@example.com\"",
                "ip = \"10.2.0.0/16\"",
                "issuer = \"CN=Others\"",
                "serial = \"0a12\"",
                "spki-sha256 = \"" + pin(CLIENTS.client("other").issue()) + "\"",
                "cn = ops, o = Other");
    }

    @ParameterizedTest
    @MethodSource("holding")
    void letsInWhomAnAllowRuleSpeaksOf(String rule) {
        try (FakeBackend backend = FakeBackend.source(new Payload(1), 16);
                RunningProxy proxy = require(backend, "allow = [ { " + rule + " } ]")) {
            assertThat(connect(proxy, OPS)).contains("Verify return code").doesNotContain("alert number");

            backend.awaitAccepted(1);
            assertThat(proxy.awaitConnectionLine().text("client_certificate"))
                    .isEqualTo("CN=ops,OU=Platform,O=Example");
        }
    }

    @ParameterizedTest
    @MethodSource("failing")
    void refusesWhomNoAllowRuleSpeaksOf(String rule) {
        try (FakeBackend backend = FakeBackend.source(new Payload(1), 16);
                RunningProxy proxy = require(backend, "allow = [ { " + rule + " } ]")) {
            assertRefused(proxy, backend, "no allow rule speaks of it");
        }
    }

    @ParameterizedTest
    @MethodSource("holding")
    void refusesWhomADenyRuleSpeaksOfWhateverAllowSays(String rule) {
        try (FakeBackend backend = FakeBackend.source(new Payload(1), 16);
                RunningProxy proxy =
                        require(backend, "allow = [ { cn = ops }, { " + rule + " } ], deny = [ { " + rule + " } ]")) {
            assertRefused(proxy, backend, "deny { " + rule.substring(0, rule.indexOf(' ')));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void knowsAPinnedClientByItsKeyWhoeverIssuedIt(String version) {
        IssuedCertificate pinned = CertificateAuthority.selfSigned("device").issue();
        IssuedCertificate other = CertificateAuthority.selfSigned("device").issue();
        try (FakeBackend backend = FakeBackend.source(new Payload(1), 16);
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.client-auth { mode = pinned, allow = [ { spki-sha256 = \""
                                + pin(pinned) + "\" } ] }")
                        .start()) {
            assertThat(connect(proxy, pinned, version)).doesNotContain("alert number");
            backend.awaitAccepted(1);

            assertThat(connect(proxy, other, version)).contains("alert number 42");
            assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("client_certificate_refused");
            assertThat(backend.accepted()).isEqualTo(1);
        }
    }

    /** Mode and trust anchors are the same, so the session is known: the rules of the route that is asked for decide. */
    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_2 -no_ticket", "-tls1_3"})
    void judgesASessionOfAnotherRouteByItsOwnRules(String options) {
        try (FakeBackend backend = FakeBackend.source(new Payload(1), 16)) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address());
            CLIENTS.writePem(builder.directory(), "clients");
            try (RunningProxy proxy = builder.with("""
                            listeners.https {
                              tls.client-auth { mode = require, trust-anchors = ["clients.crt"] }
                              routes = [ { server-names = ["closed.test"], backend = app
                                           tls.client-auth.deny = [ { cn = ops } ] } ]
                            }
                            """).start()) {
                String session = directory.resolve("session.pem").toString();
                connect(proxy, OPS, (options + " -servername open.test -sess_out " + session).split(" "));
                backend.awaitAccepted(1);
                assertThat(connect(proxy, OPS, (options + " -servername open.test -sess_in " + session).split(" ")))
                        .contains("Reused, TLS");
                backend.awaitAccepted(2);

                connect(proxy, OPS, (options + " -servername closed.test -sess_in " + session).split(" "));

                assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("client_certificate_refused");
                assertThat(backend.accepted()).isEqualTo(2);
            }
        }
    }

    private void assertRefused(RunningProxy proxy, FakeBackend backend, String rule) {
        assertThat(connect(proxy, OPS)).contains("alert number 42");
        assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("client_certificate_refused");
        assertThat(proxy.awaitHandshakeFailure().text("detail"))
                .contains("CN=ops,OU=Platform,O=Example", "refused: " + rule);
        proxy.awaitMetric(1, "sallyport_client_certificates_total", "result", "refused");
        assertThat(backend.accepted()).isZero();
    }

    private static RunningProxy require(FakeBackend backend, String rules) {
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        CLIENTS.writePem(builder.directory(), "clients");
        return builder.with("listeners.https.tls.client-auth { mode = require, trust-anchors = [\"clients.crt\"], "
                        + rules + " }")
                .start();
    }

    private static String connect(RunningProxy proxy, IssuedCertificate identity, String... options) {
        return new Openssl(proxy.directory()).output(command(proxy, identity, options));
    }

    private static List<String> command(RunningProxy proxy, IssuedCertificate identity, String... options) {
        identity.writePem(proxy.directory(), "client");
        List<String> command = new ArrayList<>(List.of(
                "s_client",
                "-ign_eof",
                "-connect",
                "127.0.0.1:" + proxy.address().getPort(),
                "-cert",
                "client.crt",
                "-key",
                "client.key"));
        command.addAll(List.of(options));
        return command;
    }

    private static String pin(IssuedCertificate certificate) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256")
                            .digest(certificate.leaf().getPublicKey().getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
