package io.sallyport.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.FullListener;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.Payload;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.ServerTls;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS to the servers of a backend: who is spoken to, and that the bytes and their ends come through. */
final class BackendTlsTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Backend Root");
    private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Backend Clients");
    private static final String PLAIN = "listeners.plain { bind = \"127.0.0.1:0\", backend = app }";

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aVerifiedServerIsSpokenTo(String version) {
        try (FakeBackend backend = ServerTls.of(ROOT.server("app.test").issue())
                        .versions(version)
                        .echo();
                RunningProxy proxy = proxy(backend, "server-name = app.test").start();
                TlsClient client = TlsClient.connect(proxy)) {
            client.send("ping");

            assertThat(client.readText(4)).isEqualTo("ping");
            client.sendCloseNotify();
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_closed");
        }
    }

    @Test
    void theAddressItselfIsTheNameWhereThereIsNoOther() {
        try (FakeBackend backend = ServerTls.of(
                                ROOT.server("app.test").ip("127.0.0.1").issue())
                        .echo();
                RunningProxy proxy = proxy(backend, "").start();
                PlainClient client = PlainClient.connect(proxy.address("plain"))) {
            client.send("ping");
            assertThat(client.readText(4)).isEqualTo("ping");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "other.test, tls_wrong_name",
        "sub.app.test, tls_wrong_name",
        "a.wild.test, ",
        "a.b.wild.test, tls_wrong_name",
        "wild.test, tls_wrong_name",
        "APP.test., ",
    })
    void theCertificateMustBeForTheName(String name, String reason) {
        try (FakeBackend backend = ServerTls.of(
                                ROOT.server("app.test", "*.wild.test").issue())
                        .echo();
                RunningProxy proxy =
                        proxy(backend, "server-name = \"" + name + "\"").start()) {
            if (reason == null) {
                assertThat(isServed(proxy)).isTrue();
            } else {
                assertRefused(proxy, reason);
            }
        }
    }

    @Test
    void theCommonNameIsNoName() {
        IssuedCertificate named = ROOT.server().subject("CN=app.test").issue();
        try (FakeBackend backend = ServerTls.of(named).echo();
                RunningProxy proxy = proxy(backend, "server-name = app.test").start()) {
            assertRefused(proxy, "tls_wrong_name");
        }
    }

    @Test
    void aChainThatEndsInNoTrustAnchorIsRefused() {
        CertificateAuthority stranger = CertificateAuthority.create("Backend Root");
        try (FakeBackend backend =
                        ServerTls.of(stranger.server("app.test").issue()).echo();
                RunningProxy proxy = proxy(backend, "server-name = app.test").start()) {
            assertRefused(proxy, "tls_untrusted");
            assertThat(proxy.log().values("reason")).isNotEmpty().containsOnly("tls_untrusted");
        }
    }

    @Test
    void theSystemsAuthoritiesAreTheDefaultAndKnowNoTestRoot() {
        try (FakeBackend backend = ServerTls.of(ROOT.server("app.test").issue()).echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(PLAIN, "backends.app.tls { enabled = on, server-name = app.test }")
                        .start()) {
            assertRefused(proxy, "tls_untrusted");
        }
    }

    @Test
    void aCertificateOutsideItsDatesIsRefused() {
        try (FakeBackend backend =
                        ServerTls.of(ROOT.server("app.test").expired().issue()).echo();
                RunningProxy proxy = proxy(backend, "server-name = app.test").start()) {
            assertRefused(proxy, "tls_expired");
        }
    }

    @Test
    void aCertificateForClientsIsNoServers() {
        IssuedCertificate client = ROOT.client("app").dns("app.test").issue();
        try (FakeBackend backend = ServerTls.of(client).echo();
                RunningProxy proxy = proxy(backend, "server-name = app.test").start()) {
            assertRefused(proxy, "tls_untrusted");
        }
    }

    @Test
    void allowSpeaksOfTheServersIdentity() {
        IssuedCertificate server =
                ROOT.server("app.test").uri("spiffe://prod/app").issue();
        try (FakeBackend backend = ServerTls.of(server).echo();
                RunningProxy proxy = proxy(
                                backend,
                                "server-name = app.test, allow = [{ uri = \"spiffe://prod/other\" }, { uri = \"spiffe://prod/*\" }]")
                        .start()) {
            assertThat(isServed(proxy)).isTrue();

            proxy.edit(text -> text.replace(", { uri = \"spiffe://prod/*\" }", ""));
            assertThat(proxy.reload()).isTrue();
            assertRefused(proxy, "tls_refused");
        }
    }

    @Test
    void aPinnedKeyNeedsNoChainAndNoName() throws Exception {
        IssuedCertificate own =
                CertificateAuthority.selfSigned("whoever").server().issue();
        try (FakeBackend backend = ServerTls.of(own).echo();
                RunningProxy proxy = proxy(backend, "verify = pinned, allow = [{ spki-sha256 = \"" + pin(own) + "\" }]")
                        .start()) {
            assertThat(isServed(proxy)).isTrue();

            String other =
                    pin(CertificateAuthority.selfSigned("whoever").server().issue());
            proxy.edit(text -> text.replace(unchecked(own), other));
            assertThat(proxy.reload()).isTrue();
            assertRefused(proxy, "tls_refused");
        }
    }

    @Test
    void insecureNoneTakesAnything() {
        IssuedCertificate bad =
                CertificateAuthority.selfSigned("x").server().expired().issue();
        try (FakeBackend backend = ServerTls.of(bad).echo();
                RunningProxy proxy = proxy(backend, "verify = insecure-none").start()) {
            assertThat(isServed(proxy)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"EC_P256", "RSA_2048"})
    void theServerGetsOurCertificate(KeyKind kind) throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        FakeBackend.Script script = ServerTls.requiring(
                        CLIENTS, ROOT.server("app.test").issue())
                .around((tls, raw) -> {
                    seen.add(tls.getSession().getPeerPrincipal().getName());
                    tls.getInputStream().transferTo(tls.getOutputStream());
                });
        try (FakeBackend backend = FakeBackend.running(script)) {
            RunningProxy.Builder builder =
                    proxy(backend, "server-name = app.test, certificates = [{ chain = proxy.crt, key = proxy.key }]");
            CLIENTS.client("sallyport").key(kind).issue().writePem(builder.directory(), "proxy");
            try (RunningProxy proxy = builder.start()) {
                assertThat(isServed(proxy)).isTrue();
                assertThat(seen.poll(60, TimeUnit.SECONDS)).isEqualTo("CN=sallyport");
                assertThat(proxy.metric("sallyport_certificate_not_after_timestamp_seconds", "kind", "client"))
                        .isPositive();
            }
        }
    }

    @Test
    void aServerThatWantsACertificateAndGetsNoneEndsTheConnectionInOrder() {
        try (FakeBackend backend = ServerTls.requiring(
                                CLIENTS, ROOT.server("app.test").issue())
                        .versions("TLSv1.2")
                        .echo();
                RunningProxy proxy = proxy(backend, "server-name = app.test").start()) {
            assertRefused(proxy, "tls_failed");
        }
    }

    @Test
    void aServerWithoutTlsIsToldApart() {
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    socket.getInputStream().read();
                    socket.getOutputStream()
                            .write("SSH-2.0-x\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    FakeBackend.drain(socket);
                });
                RunningProxy proxy = proxy(backend, "server-name = app.test").start()) {
            assertRefused(proxy, "tls_failed");
        }
    }

    @Test
    void aServerThatClosesDuringTheHandshakeIsNotWaitedFor() {
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    socket.getInputStream().read();
                    socket.shutdownOutput();
                    FakeBackend.drain(socket);
                });
                RunningProxy proxy = proxy(backend, "server-name = app.test").start()) {
            assertRefused(proxy, "tls_failed");
        }
    }

    @Test
    void aServerThatSaysNothingIsLeftAfterTheTimeout() {
        try (FakeBackend backend = FakeBackend.silent();
                RunningProxy proxy = proxy(backend, "server-name = app.test")
                        .with("backends.app.connect.timeout = 200ms")
                        .start()) {
            assertRefused(proxy, "tls_timeout");
        }
    }

    @Test
    void theNextServerIsTriedWhenTlsFailsWithOne() {
        CertificateAuthority stranger = CertificateAuthority.create("Stranger");
        try (FakeBackend bad = ServerTls.of(stranger.server("app.test").issue()).echo();
                FakeBackend good = ServerTls.of(ROOT.server("app.test").issue()).echo();
                RunningProxy proxy = proxy(bad, "server-name = app.test")
                        .with("backends.app.servers = [" + server(bad) + ", { address = " + server(good)
                                + ", backup = on }]")
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            client.send("early");

            assertThat(client.readText(5)).isEqualTo("early");
            proxy.awaitMetric(1, "sallyport_backend_connect_failures_total", "reason", "tls_untrusted");
        }
    }

    @Test
    void theServerIsOfferedTheProtocolThatTheClientAgreedOn() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        FakeBackend.Script script = ServerTls.of(ROOT.server("app.test").issue())
                .alpn("http/1.1", "h2")
                .around((tls, raw) -> {
                    seen.add(tls.getApplicationProtocol());
                    FakeBackend.drain(tls);
                });
        try (FakeBackend backend = FakeBackend.running(script);
                RunningProxy proxy = proxy(backend, "server-name = app.test")
                        .with("listeners.https.tls.alpn = [h2, http/1.1]")
                        .start()) {
            SSLSocket client = (SSLSocket) TlsClient.context(proxy.authority())
                    .getSocketFactory()
                    .createSocket("localhost", proxy.address().getPort());
            try (client) {
                var parameters = client.getSSLParameters();
                parameters.setApplicationProtocols(new String[] {"h2"});
                client.setSSLParameters(parameters);
                client.startHandshake();
                assertThat(seen.poll(60, TimeUnit.SECONDS)).isEqualTo("h2");
            }
        }
    }

    @Test
    void theAnswerStillFlowsAfterTheClientsEnd() {
        FakeBackend.Script script = ServerTls.of(ROOT.server("app.test").issue())
                .around((tls, raw) -> {
                    // Only the client's end brings the answer.
                    byte[] request = tls.getInputStream().readAllBytes();
                    new Payload(7).writeTo(tls.getOutputStream(), request.length * 1000L);
                });
        try (FakeBackend backend = FakeBackend.running(script);
                RunningProxy proxy = proxy(backend, "server-name = app.test").start();
                PlainClient client = PlainClient.connect(proxy.address("plain"))) {
            client.send("x".repeat(2000));
            client.sendFin();

            assertThat(client.readAll())
                    .isEqualTo(new Received(2_000_000, new Payload(7).sha256(2_000_000), Received.End.FIN));
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_closed");
        }
    }

    @Test
    void theClientMayGoOnAfterTheServersEnd() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        FakeBackend.Script script = ServerTls.of(ROOT.server("app.test").issue())
                .around((tls, raw) -> {
                    tls.getOutputStream().write("bye".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    tls.shutdownOutput();
                    heard.complete(new String(
                            tls.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII));
                });
        try (FakeBackend backend = FakeBackend.running(script);
                RunningProxy proxy = proxy(backend, "server-name = app.test").start();
                PlainClient client = PlainClient.connect(proxy.address("plain"))) {
            assertThat(client.readText(10)).isEqualTo("bye");
            client.send("still here");
            client.sendFin();

            assertThat(heard.get(60, TimeUnit.SECONDS)).isEqualTo("still here");
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_closed");
        }
    }

    @Test
    void aServerThatOnlyStopsLooksToTheClientLikeOneThatOnlyStops() {
        FakeBackend.Script script = ServerTls.of(ROOT.server("app.test").issue())
                .around((tls, raw) -> {
                    tls.getOutputStream().write("half".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    // A FIN without close_notify.
                    raw.shutdownOutput();
                    FakeBackend.drain(raw);
                });
        try (FakeBackend backend = FakeBackend.running(script);
                RunningProxy proxy = proxy(backend, "server-name = app.test").start();
                TlsClient client = TlsClient.connect(proxy)) {
            assertThat(client.readText(4)).isEqualTo("half");
            assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
            client.sendCloseNotify();
            client.close();
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_truncated");
        }
    }

    @Test
    void aServerThatStopsInTheMiddleOfARecordEndsTheClientWithAReset() {
        FakeBackend.Script script = ServerTls.of(ROOT.server("app.test").issue())
                .around((tls, raw) -> {
                    raw.getOutputStream().write(new byte[] {23, 3, 3, 0, 100, 1, 2, 3});
                    raw.shutdownOutput();
                    FakeBackend.drain(raw);
                });
        try (FakeBackend backend = FakeBackend.running(script);
                RunningProxy proxy = proxy(backend, "server-name = app.test").start();
                PlainClient client = PlainClient.connect(proxy.address("plain"))) {
            assertThat(client.readAll().end()).isEqualTo(Received.End.RESET);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_truncated");
        }
    }

    @Test
    void aRecordThatDoesNotDecryptEndsTheClientWithAReset() {
        FakeBackend.Script script = ServerTls.of(ROOT.server("app.test").issue())
                .around((tls, raw) -> {
                    raw.getOutputStream().write(new byte[] {
                        23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20
                    });
                    FakeBackend.drain(raw);
                });
        try (FakeBackend backend = FakeBackend.running(script);
                RunningProxy proxy = proxy(backend, "server-name = app.test").start();
                PlainClient client = PlainClient.connect(proxy.address("plain"))) {
            assertThat(client.readAll().end()).isEqualTo(Received.End.RESET);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_tls_error");
        }
    }

    @Test
    void bytesComeThroughUnchangedBothWaysAtOnce() throws Exception {
        long length = 4 << 20;
        FakeBackend.Script script = ServerTls.of(ROOT.server("app.test").issue())
                .around((tls, raw) -> {
                    CompletableFuture<Received> request = new CompletableFuture<>();
                    Thread reader = new Thread(() -> {
                        try {
                            request.complete(Received.from(tls));
                        } catch (java.io.IOException e) {
                            request.completeExceptionally(e);
                        }
                    });
                    reader.start();
                    new Payload(2).writeTo(tls.getOutputStream(), length);
                    tls.shutdownOutput();
                    assertThat(request.join().sha256()).isEqualTo(new Payload(1).sha256(length));
                });
        try (FakeBackend backend = FakeBackend.running(script);
                RunningProxy proxy = proxy(backend, "server-name = app.test").start();
                TlsClient client = TlsClient.connect(proxy)) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                client.send(new Payload(1), length);
                client.sendCloseNotify();
            });

            Received answer = client.readAll();

            sending.get(60, TimeUnit.SECONDS);
            assertThat(answer.sha256()).isEqualTo(new Payload(2).sha256(length));
            assertThat(proxy.awaitConnectionLine().number("client_to_backend_bytes"))
                    .isEqualTo(length);
        }
    }

    @Test
    void aServerThatDoesNotReadIsNotWrittenToWithoutEnd() {
        FakeBackend.Script script = ServerTls.of(ROOT.server("app.test").issue())
                .around((tls, raw) -> new java.util.concurrent.CountDownLatch(1).await());
        try (FakeBackend backend = FakeBackend.running(script);
                RunningProxy proxy = proxy(backend, "server-name = app.test").start();
                PlainClient client = PlainClient.connect(proxy.address("plain"))) {
            byte[] chunk = new byte[1 << 20];
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                try {
                    while (true) {
                        client.socket().getOutputStream().write(chunk);
                    }
                } catch (java.io.IOException e) {
                    // The test is over.
                }
            });
            long[] last = {-1, 0};
            await().pollInterval(java.time.Duration.ofMillis(300)).until(() -> {
                long now = (long) proxy.metric("sallyport_bytes_total", "direction", "client_to_backend");
                boolean stalled = now > 0 && now == last[0];
                last[0] = now;
                return stalled;
            });
            // What the kernel's buffers hold, and our 64 KiB.
            assertThat(last[0]).isLessThan(32L << 20);
            client.close();
            backend.close();
            sending.orTimeout(60, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void aReloadTakesTheTrustAnchorsAnew() throws Exception {
        CertificateAuthority next = CertificateAuthority.create("Next Root");
        try (FakeBackend backend = ServerTls.of(next.server("app.test").issue()).echo();
                RunningProxy proxy = proxy(backend, "server-name = app.test")
                        .with("reload.watch = on")
                        .start()) {
            assertRefused(proxy, "tls_untrusted");

            next.writePem(proxy.directory(), "backend-ca");

            await().until(() -> isServed(proxy));
        }
    }

    @Test
    void aDialThatIsUnderWayWhenAReloadComesIsDoneWithWhatItBegan() throws Exception {
        try (FullListener slow = new FullListener();
                RunningProxy proxy = RunningProxy.to(slow.address())
                        .with(
                                PLAIN,
                                "backends.app.connect.timeout = 30s",
                                "backends.app.tls { enabled = on, verify = insecure-none }")
                        .start();
                PlainClient client = PlainClient.connect(proxy.address("plain"))) {
            await().until(() -> proxy.get("/status").body().contains("\"connections\" : 1"));
            proxy.edit(text -> text + "\nsallyport.drain.timeout = 6s\n");
            assertThat(proxy.reload()).isTrue();

            try (java.net.Socket dialled = slow.accept()) {
                // A ClientHello comes, made from the context of the configuration before.
                InputStream in = dialled.getInputStream();
                assertThat(in.read()).isEqualTo(22);
            }
            assertThat(client.readAll().bytes()).isZero();
        }
    }

    private static RunningProxy.Builder proxy(FakeBackend backend, String tls) {
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        ROOT.writePem(builder.directory(), "backend-ca");
        return builder.with(
                PLAIN,
                "backends.app.tls { enabled = on, trust-anchors = [backend-ca.crt]" + (tls.isEmpty() ? "" : ", " + tls)
                        + " }");
    }

    private static String server(FakeBackend backend) {
        return "\"127.0.0.1:" + backend.address().getPort() + "\"";
    }

    private static boolean isServed(RunningProxy proxy) {
        try (PlainClient client = PlainClient.connect(proxy.address("plain"))) {
            client.send("ping");
            return client.readText(4).equals("ping");
        }
    }

    private static void assertRefused(RunningProxy proxy, String reason) {
        double before = proxy.metric("sallyport_backend_connect_failures_total", "reason", reason);
        try (TlsClient client = TlsClient.connect(proxy)) {
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
        }
        proxy.awaitMetric(before + 1, "sallyport_backend_connect_failures_total", "reason", reason);
        proxy.awaitIdle();
        await().untilAsserted(() -> assertThat(List.copyOf(proxy.accessLines()))
                .last()
                .satisfies(line -> assertThat(line.text("reason")).isEqualTo("backend_tls_failed")));
    }

    private static String pin(IssuedCertificate certificate) throws Exception {
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256")
                        .digest(certificate.leaf().getPublicKey().getEncoded()));
    }

    private static String unchecked(IssuedCertificate certificate) {
        try {
            return pin(certificate);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
