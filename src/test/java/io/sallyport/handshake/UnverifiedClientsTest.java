package io.sallyport.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.Daemon;
import io.sallyport.testing.HeaderBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.ProxyHeader;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code client-auth.mode = unverified}: who gets in, and that nobody takes the client's word for verified. */
final class UnverifiedClientsTest {
    private static final String SETTINGS = "listeners.https.tls.client-auth.mode = unverified";
    private static final String SEND = "backends.app.proxy-protocol { send = v2, client-certificate = on,"
            + " san-uri-type = 0xE1, san-dns-type = 0xE2, sha256-type = 0xE3 }";

    private final CertificateAuthority strangers = CertificateAuthority.create("Strangers");

    @TempDir
    private Path directory;

    private IssuedCertificate stranger() {
        return strangers
                .client("ops")
                .uri("spiffe://prod/ops")
                .dns("ops.clients.example")
                .expired()
                .issue();
    }

    private String connect(InetSocketAddress address, String... options) {
        List<String> command = new ArrayList<>(List.of(
                "s_client", "-ign_eof", "-connect", "127.0.0.1:" + address.getPort(), "-servername", "localhost"));
        command.addAll(List.of(options));
        return new Openssl(directory).output(command);
    }

    private String show(InetSocketAddress address, String... options) {
        List<String> all = new ArrayList<>(List.of("-cert", "client.crt", "-key", "client.key"));
        all.addAll(List.of(options));
        return connect(address, all.toArray(new String[0]));
    }

    /** haproxy with {@code ca-ignore-err all} is the peer: flags, common name, and a verify that is not 0. */
    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aBackendIsToldThatNobodyVerifiedAsHaproxyTellsIt(String version) throws Exception {
        IssuedCertificate client = stranger();
        client.writePem(directory, "client");
        CertificateAuthority.create("Nobody's").writePem(directory, "ca");
        CertificateAuthority root = CertificateAuthority.create("Test Root");
        IssuedCertificate server = root.server("localhost").issue();
        Files.writeString(directory.resolve("server.pem"), server.chainPem() + server.keyPem());
        try (HeaderBackend backend = new HeaderBackend();
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).with(SETTINGS, SEND).start();
                Daemon haproxy = Daemon.haproxy(directory, port -> """
                        listen in
                          bind 127.0.0.1:%d ssl crt %s ca-file %s verify optional ca-ignore-err all crt-ignore-err all
                          server s 127.0.0.1:%d send-proxy-v2 proxy-v2-options ssl,cert-cn
                        """.formatted(
                                port,
                                directory.resolve("server.pem"),
                                directory.resolve("ca.crt"),
                                backend.address().getPort()))) {
            assertThat(show(proxy.address(), version)).contains(HeaderBackend.WORD);
            ProxyHeader ours = backend.await();
            assertThat(show(haproxy.address(), version)).contains(HeaderBackend.WORD);
            ProxyHeader theirs = backend.await();

            assertThat(ours.verify()).isNotZero();
            assertThat(theirs.verify()).isNotZero();
            assertThat(ours.client()).isEqualTo(theirs.client()).isEqualTo(7);
            assertThat(ours.text(0x22)).isEqualTo(theirs.text(0x22)).isEqualTo("ops");
            assertThat(ours.value(0x28)).isEqualTo(client.leaf().getEncoded());
            assertThat(ours.has(0xE1)).isFalse();
            assertThat(ours.has(0xE2)).isFalse();
            assertThat(ours.has(0xE3)).isTrue();
        }
    }

    @Test
    void whoHasNoneGetsInToo() throws Exception {
        try (HeaderBackend backend = new HeaderBackend();
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).with(SETTINGS, SEND).start()) {
            assertThat(connect(proxy.address())).contains(HeaderBackend.WORD);

            ProxyHeader header = backend.await();
            assertThat(header.client()).isEqualTo(1);
            assertThat(header.verify()).isNotZero();
            proxy.awaitMetric(1, "sallyport_client_certificates_total", "result", "none");
        }
    }

    @Test
    void theLogHasTheNameInAFieldOfItsOwn() throws Exception {
        stranger().writePem(directory, "client");
        try (HeaderBackend backend = new HeaderBackend();
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).with(SETTINGS, SEND).start()) {
            show(proxy.address());

            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("unverified_client_certificate")).isEqualTo("CN=ops");
            assertThat(line.has("client_certificate")).isFalse();
            proxy.awaitMetric(1, "sallyport_client_certificates_total", "result", "unverified");
            proxy.awaitMetric(0, "sallyport_client_certificates_total", "result", "verified");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {TlsClient.TLS_1_2, TlsClient.TLS_1_3})
    void aCertificateWithoutItsKeyIsWorthNothing(String version) throws Exception {
        try (HeaderBackend backend = new HeaderBackend();
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).with(SETTINGS, SEND).start()) {
            HandshakeFailures.withForeignKey(
                    proxy, version, stranger(), strangers.client("other").issue());

            assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("bad_certificate_verify");
        }
    }

    /** What TLS takes for a certificate need not be one that can be told of. */
    @Test
    void aCertificateThatCannotBeReadIsRefused() throws Exception {
        String[] names = java.util.stream.IntStream.range(0, 280)
                .mapToObj(i -> "spiffe://" + "x".repeat(240) + i)
                .toArray(String[]::new);
        strangers.client("ops").uri(names).issue().writePem(directory, "client");
        try (HeaderBackend backend = new HeaderBackend();
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).with(SETTINGS, SEND).start()) {
            show(proxy.address());

            assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("client_certificate_invalid");
        }
    }

    /** Or a session would carry somebody in whom the new mode would not have let in. */
    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aSessionDoesNotResumeOnceCertificatesAreJudged(String version) throws Exception {
        stranger().writePem(directory, "client");
        try (HeaderBackend backend = new HeaderBackend()) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address());
            CertificateAuthority.create("Clients").writePem(builder.directory(), "clients");
            try (RunningProxy proxy = builder.with(SETTINGS, SEND).start()) {
                show(proxy.address(), version, "-sess_out", "session.pem");
                backend.await();
                assertThat(show(proxy.address(), version, "-sess_in", "session.pem"))
                        .contains("Reused,");
                ProxyHeader resumed = backend.await();
                assertThat(resumed.verify()).isNotZero();
                assertThat(resumed.client()).isEqualTo(5);

                proxy.edit(
                        text -> text.replace("mode = unverified", " { mode = require, trust-anchors = [clients.crt] }")
                                .replace("client-auth. {", "client-auth {"));
                assertThat(proxy.reload()).isTrue();
                assertThat(show(proxy.address(), version, "-sess_in", "session.pem"))
                        .doesNotContain(HeaderBackend.WORD);
                proxy.awaitMetric(
                        1, "sallyport_handshake_failures_total", "reason", "client_certificate_unknown_issuer");
            }
        }
    }

    @Test
    void theFingerprintIsThatOfTheCertificate() throws Exception {
        IssuedCertificate client = stranger();
        client.writePem(directory, "client");
        try (HeaderBackend backend = new HeaderBackend();
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).with(SETTINGS, SEND).start()) {
            show(proxy.address());

            byte[] hash = java.security.MessageDigest.getInstance("SHA-256")
                    .digest(client.leaf().getEncoded());
            assertThat(backend.await().value(0xE3))
                    .isEqualTo(HexFormat.of().formatHex(hash).getBytes(StandardCharsets.US_ASCII));
        }
    }
}
