package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.ListServer;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Revocation lists that are fetched, from the server of lists to the client's connection. */
final class FetchedRevocationTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Server Root");
    private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Clients");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ListServer lists = ListServer.open();

    @TempDir
    private Path storage;

    @AfterEach
    void close() {
        lists.close();
    }

    @Test
    void closesAConnectedClientWhoseCertificateIsRevoked() throws Exception {
        IssuedCertificate good = CLIENTS.client("good").issue();
        IssuedCertificate bad = CLIENTS.client("bad").issue();
        lists.serve(CLIENTS.revocations().number(1));
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, "soft-fail").start()) {
            awaitReady(proxy);
            try (TlsClient stays = connect(proxy, good);
                    TlsClient goes = connect(proxy, bad)) {
                echo(stays);
                echo(goes);

                lists.serve(CLIENTS.revocations().number(2).revoke(bad.leaf()));

                assertThat(goes.end()).isEqualTo(StreamEnd.TRUNCATED);
                assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_certificate_revoked");
                echo(stays);
                assertThat(proxy.log().values("failure")).containsExactly("REVOKED");
            }
        }
    }

    @Test
    void letsNobodyInBeforeTheFirstListAndIsNotReady() throws Exception {
        IssuedCertificate good = CLIENTS.client("good").issue();
        lists.status(503);
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, "soft-fail").start()) {
            assertThat(ready(proxy)).isEqualTo(503);
            assertThat(isLetIn(proxy, good)).isFalse();
            assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("client_certificate_invalid");

            lists.serve(CLIENTS.revocations());

            awaitReady(proxy);
            assertThat(isLetIn(proxy, good)).isTrue();
        }
    }

    @Test
    void usesTheListOfTheLastRunWhereTheServerIsGone() throws Exception {
        IssuedCertificate good = CLIENTS.client("good").issue();
        IssuedCertificate bad = CLIENTS.client("bad").issue();
        lists.serve(CLIENTS.revocations().revoke(bad.leaf()));
        try (FakeBackend backend = FakeBackend.echo()) {
            try (RunningProxy proxy = proxy(backend, "hard-fail").start()) {
                awaitReady(proxy);
            }
            lists.status(500);
            try (RunningProxy proxy = proxy(backend, "hard-fail").start()) {
                assertThat(ready(proxy)).isEqualTo(200);
                assertThat(isLetIn(proxy, good)).isTrue();
                assertThat(isLetIn(proxy, bad)).isFalse();
            }
        }
    }

    @Test
    void learnsWhereTheListIsFromTheCertificateAndClosesWhomItNames() throws Exception {
        IssuedCertificate good =
                CLIENTS.client("good").revocationListAt(lists.url()).issue();
        IssuedCertificate bad =
                CLIENTS.client("bad").revocationListAt(lists.url()).issue();
        lists.serve(CLIENTS.revocations().number(1).revoke(bad.leaf()));
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy =
                        points(backend, "soft-fail", "\"127.0.0.0/8\"").start();
                TlsClient client = connect(proxy, bad)) {
            assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_certificate_revoked");
            assertThat(isLetIn(proxy, good)).isTrue();
            assertThat(proxy.get("/metrics").body())
                    .contains("sallyport_crl_fetches_total{name=\"points/127.0.0.1-", "result=\"success\"} 1.0");
        }
    }

    @Test
    void letsNobodyInUnderHardFailUntilTheListThatItsCertificateNamesIsThere() throws Exception {
        IssuedCertificate good =
                CLIENTS.client("good").revocationListAt(lists.url()).issue();
        lists.serve(CLIENTS.revocations());
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy =
                        points(backend, "hard-fail", "\"127.0.0.0/8\"").start()) {
            assertThat(isLetIn(proxy, good)).isFalse();

            await().atMost(PATIENCE).until(() -> isLetIn(proxy, good));
        }
    }

    @Test
    void asksNoAddressOfAStranger() throws Exception {
        CertificateAuthority stranger = CertificateAuthority.create("Clients");
        IssuedCertificate client =
                stranger.client("good").revocationListAt(lists.url()).issue();
        IssuedCertificate good = CLIENTS.client("good").issue();
        lists.serve(CLIENTS.revocations());
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy =
                        points(backend, "soft-fail", "\"127.0.0.0/8\"").start()) {
            assertThat(isLetIn(proxy, client)).isFalse();
            assertThat(isLetIn(proxy, good)).isTrue();

            assertThat(lists.conditions()).isEmpty();
            assertThat(proxy.get("/metrics").body()).doesNotContain("sallyport_crl_fetches_total");
        }
    }

    @Test
    void keepsTheOldListWhateverTheServerSends() throws Exception {
        IssuedCertificate good = CLIENTS.client("good").issue();
        IssuedCertificate bad = CLIENTS.client("bad").issue();
        CertificateAuthority impostor = CertificateAuthority.create("Clients");
        lists.serve(CLIENTS.revocations().number(7).revoke(bad.leaf()));
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, "hard-fail").start()) {
            awaitReady(proxy);

            lists.serve(CLIENTS.revocations().number(6));
            awaitResult(proxy, "older");
            lists.serve(impostor.revocations().number(8));
            awaitResult(proxy, "untrusted");
            lists.serve("<html>captive portal</html>".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            awaitResult(proxy, "malformed");
            lists.redirect("file:///etc/passwd");
            awaitResult(proxy, "forbidden");
            lists.status(404);
            awaitResult(proxy, "refused");

            assertThat(isLetIn(proxy, good)).isTrue();
            assertThat(isLetIn(proxy, bad)).isFalse();
            assertThat(proxy.get("/status").body())
                    .contains("\"last_result\" : \"refused\"", "\"number\" : \"7\"", "\"issuer\" : \"CN=Clients\"");
        }
    }

    private RunningProxy.Builder proxy(FakeBackend backend, String policy) {
        return builder(backend, """
                listeners.https.tls.client-auth {
                  mode = require, trust-anchors = ["clients.crt"], crls = ["%s"], crl-policy = %s
                  crl-refresh = 1s, crl-storage = "%s"
                }
                """.formatted(lists.url(), policy, storage.resolve("crls")));
    }

    private RunningProxy.Builder points(FakeBackend backend, String policy, String networks) {
        return builder(backend, """
                listeners.https.tls.client-auth {
                  mode = require, trust-anchors = ["clients.crt"], crl-distribution-points = on, crl-policy = %s
                  crl-refresh = 1s, crl-storage = "%s", crl-networks = [%s]
                }
                """.formatted(policy, storage.resolve("crls"), networks));
    }

    private static RunningProxy.Builder builder(FakeBackend backend, String clientAuth) {
        RunningProxy.Builder builder = RunningProxy.to(backend.address())
                .certificate(ROOT, ROOT.server("localhost").issue());
        CLIENTS.writePem(builder.directory(), "clients");
        return builder.with(clientAuth);
    }

    private static int ready(RunningProxy proxy) {
        return proxy.get("/readyz").statusCode();
    }

    private static void awaitReady(RunningProxy proxy) {
        await().atMost(PATIENCE).until(() -> ready(proxy) == 200);
    }

    private static void awaitResult(RunningProxy proxy, String result) {
        String series = "result=\"" + result + "\"} ";
        await().atMost(PATIENCE)
                .until(() -> proxy.get("/metrics")
                        .body()
                        .lines()
                        .anyMatch(line -> line.startsWith("sallyport_crl_fetches_total")
                                && line.contains(series)
                                && !line.endsWith(" 0.0")));
    }

    private static void echo(TlsClient client) {
        client.send("x");
        assertThat(client.readText(1)).isEqualTo("x");
    }

    private static boolean isLetIn(RunningProxy proxy, IssuedCertificate identity) throws Exception {
        try (TlsClient client = TlsClient.open(proxy.address(), context(proxy.directory(), identity))) {
            client.handshake();
            client.send("x");
            return client.readText(1).equals("x");
        } catch (UncheckedIOException | AssertionError e) {
            return false; // In TLS 1.3 the refusal comes after the client's end of the handshake.
        }
    }

    private static TlsClient connect(RunningProxy proxy, IssuedCertificate identity) throws Exception {
        TlsClient client = TlsClient.open(proxy.address(), context(proxy.directory(), identity));
        client.handshake();
        return client;
    }

    private static SSLContext context(Path directory, IssuedCertificate identity) throws Exception {
        Path file =
                identity.writeKeyStore(Files.createTempFile(directory, "client", ".p12"), "PKCS12", "client", "secret");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, "secret".toCharArray());
        }
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("SunX509");
        keyManagers.init(keys, "secret".toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("root", ROOT.certificate());
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trustManagers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }
}
