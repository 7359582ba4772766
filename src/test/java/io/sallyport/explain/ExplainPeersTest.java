package io.sallyport.explain;

import static io.sallyport.explain.Asked.codes;
import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.explain.judge.FailureKind;
import io.sallyport.explain.judge.FindingCode;
import io.sallyport.explain.probe.Resumption;
import io.sallyport.explain.report.Explanation;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our own proxy, GnuTLS and nginx. */
class ExplainPeersTest {
    private final CertificateAuthority root = CertificateAuthority.create("Test Root");

    @TempDir
    private Path directory;

    @Test
    void ourOwnProxyIsFineInEveryRespect() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.alpn = [h2, http/1.1]")
                        .start()) {
            Explanation explanation = Asked.of(proxy.address())
                    .trusting(proxy.authority().certificate())
                    .alpn("h2")
                    .explain();

            assertThat(explanation.failure()).isNull();
            assertThat(explanation.findings()).isEmpty();
            assertThat(explanation.session().orElseThrow().group()).isEqualTo("X25519MLKEM768");
            assertThat(explanation.session().orElseThrow().alpn()).isEqualTo("h2");
            // BoringSSL's tickets come only with what is written, our close_notify among it.
            assertThat(Asked.resumption(explanation).outcome()).isEqualTo(Resumption.Outcome.BY_TICKET);
        }
    }

    @Test
    void ourOwnProxyResumesInTls12() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Explanation explanation = Asked.of(proxy.address())
                    .trusting(proxy.authority().certificate())
                    .tls12()
                    .explain();

            assertThat(explanation.failure()).isNull();
            assertThat(Asked.resumption(explanation).isResumed()).isTrue();
        }
    }

    @Test
    void ourOwnRefusalOfAClientWithoutACertificateIsTold() {
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        try (FakeBackend backend = FakeBackend.closing()) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address());
            clients.writePem(builder.directory(), "clients");
            try (RunningProxy proxy = builder.with(
                            "listeners.https.tls.client-auth { mode = require, trust-anchors = [clients.crt] }")
                    .start()) {
                Asked asked =
                        Asked.of(proxy.address()).trusting(proxy.authority().certificate());

                assertThat(Asked.failure(asked.explain()).kind()).isEqualTo(FailureKind.CLIENT_CERTIFICATE_MISSING);
                assertThat(asked.as(clients.client("ops").issue().writePem(directory, "ops"))
                                .explain()
                                .isFine())
                        .isTrue();
                asked.as(clients.client("late").expired().issue().writePem(directory, "late"));
                assertThat(Asked.failure(asked.explain()).what()).contains("expired");
            }
        }
    }

    @Test
    void ourOwnRefusalOfANameIsTold() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls { unknown-server-name = reject, missing-server-name = reject }")
                        .start()) {
            Asked asked = Asked.of(proxy.address()).trusting(proxy.authority().certificate());

            assertThat(Asked.failure(asked.name("other.example").explain()).kind())
                    .isEqualTo(FailureKind.SERVER_NAME_REFUSED);
            assertThat(Asked.failure(asked.name(null).explain()).what()).contains("none was sent");
        }
    }

    @Test
    void anotherCertificateThanConfiguredIsTold() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Explanation explanation = Asked.of(proxy.address())
                    .trusting(proxy.authority().certificate())
                    .configured(root.server("localhost").issue().leaf())
                    .explain();

            assertThat(explanation.isFine()).isTrue();
            assertThat(codes(explanation)).containsExactly(FindingCode.OTHER_CERTIFICATE);
        }
    }

    @Test
    void gnutlsIsExplainedAndScanned() {
        root.server("localhost").key(KeyKind.RSA_2048).issue().writePem(directory, "server");
        try (InstalledServer server = InstalledServer.start(
                directory,
                "gnutls-serv",
                port -> List.of(
                        "gnutls-serv",
                        "--http",
                        "--quiet",
                        "--x509certfile=server.crt",
                        "--x509keyfile=server.key",
                        "--priority=NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-GCM",
                        "--port=" + port))) {
            Explanation explanation = Asked.of(server.address())
                    .trusting(root.certificate())
                    .scan()
                    .explain();

            assertThat(explanation.failure()).isNull();
            assertThat(Asked.resumption(explanation).isResumed()).isTrue();
            assertThat(suites(explanation, TlsVersions.TLS_1_3)).containsExactly("TLS_AES_128_GCM_SHA256");
            assertThat(suites(explanation, TlsVersions.TLS_1_2))
                    .contains("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
                    .allMatch(suite -> suite.endsWith("_AES_128_GCM_SHA256"));
        }
    }

    @Test
    void nginxWithASmallPrimeIsTold() {
        root.server("localhost").key(KeyKind.RSA_2048).issue().writePem(directory, "server");
        new Openssl(directory).line("dhparam -dsaparam -out dh.pem 1024");
        try (InstalledServer server = InstalledServer.start(directory, "nginx", this::nginx)) {
            Explanation explanation = Asked.of(server.address())
                    .trusting(root.certificate())
                    .scan()
                    .explain();

            assertThat(explanation.failure()).isNull();
            assertThat(suites(explanation, TlsVersions.TLS_1_2))
                    .containsExactly("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256");
            assertThat(codes(explanation)).contains(FindingCode.WEAK_DH);
        }
    }

    private List<String> nginx(int port) {
        try {
            Files.writeString(directory.resolve("nginx.conf"), """
                daemon off; master_process off; pid nginx.pid; error_log stderr;
                events {}
                http {
                  access_log off;
                  client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
                  server {
                    listen 127.0.0.1:%d ssl;
                    ssl_certificate server.crt;
                    ssl_certificate_key server.key;
                    ssl_dhparam dh.pem;
                    ssl_protocols TLSv1.2 TLSv1.3;
                    ssl_prefer_server_ciphers on;
                    ssl_ciphers ECDHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0;
                  }
                }
                """.formatted(port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.of("/usr/sbin/nginx", "-p", directory.toString(), "-c", "nginx.conf");
    }

    private static List<String> suites(Explanation explanation, int version) {
        return Asked.scan(explanation).versions().stream()
                .filter(each -> each.version() == version)
                .flatMap(each -> each.suites().stream())
                .map(CipherSuites::name)
                .toList();
    }
}
