package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.BoringSslClient;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Http;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which certificate, which backend and which alert a client gets, by what it asks for; openssl is the client. */
final class RoutingTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Routing Root");

    @Test
    void servesTheExactNameThenTheWildcardThenTheFirst() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .certificate(ROOT, ROOT.server("default.test").issue())
                        .certificate(ROOT, ROOT.server("*.example.test").issue())
                        .certificate(ROOT, ROOT.server("api.example.test").issue())
                        .start()) {
            assertThat(subject(proxy, "-servername", "api.example.test")).contains("api.example.test");
            assertThat(subject(proxy, "-servername", "API.example.TEST")).contains("api.example.test");
            assertThat(subject(proxy, "-servername", "www.example.test")).contains("*.example.test");
            assertThat(subject(proxy, "-servername", "a.b.example.test")).contains("default.test");
            assertThat(subject(proxy, "-servername", "example.test")).contains("default.test");
            assertThat(subject(proxy, "-noservername")).contains("default.test");
        }
    }

    @Test
    void servesEcdsaToWhomCanVerifyItAndRsaToTheOthers() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .certificate(
                                ROOT,
                                ROOT.server("both.test").key(KeyKind.RSA_2048).issue())
                        .certificate(
                                ROOT,
                                ROOT.server("both.test").key(KeyKind.EC_P256).issue())
                        .start()) {
            for (String version : List.of("-tls1_2", "-tls1_3")) {
                assertThat(connect(proxy, version, "-servername", "both.test")).contains("Peer signature type: ECDSA");
                assertThat(connect(proxy, version, "-servername", "both.test", "-sigalgs", "RSA-PSS+SHA256"))
                        .contains("Peer signature type: RSA-PSS");
                assertThat(connect(proxy, version, "-noservername", "-sigalgs", "RSA-PSS+SHA256"))
                        .contains("Peer signature type: RSA-PSS");
            }
        }
    }

    @Test
    void refusesUnknownAndMissingNamesWithUnrecognizedName() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .certificate(ROOT, ROOT.server("known.test").issue())
                        .with("listeners.https.tls { unknown-server-name = reject, missing-server-name = reject }")
                        .start()) {
            assertThat(connect(proxy, "-servername", "other.test")).contains("alert number 112");
            assertThat(connect(proxy, "-noservername")).contains("alert number 112");
            assertThat(subject(proxy, "-servername", "known.test")).contains("known.test");

            proxy.awaitMetric(1, "sallyport_handshake_failures_total", "reason", "unknown_server_name");
            proxy.awaitMetric(1, "sallyport_handshake_failures_total", "reason", "missing_server_name");
            assertThat(backend.accepted()).isEqualTo(1);
        }
    }

    @Test
    void endsTheHandshakeWhereNoApplicationProtocolIsInCommon() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.alpn = [h2, \"http/1.1\"]")
                        .start()) {
            assertThat(connect(proxy, "-alpn", "http/1.1,h2")).contains("ALPN protocol: h2");
            assertThat(connect(proxy, "-alpn", "smtp")).contains("alert number 120");
            assertThat(connect(proxy)).contains("No ALPN negotiated");

            proxy.awaitMetric(1, "sallyport_handshake_failures_total", "reason", "no_common_alpn");
        }
    }

    @Test
    void sendsEachNameAndProtocolToItsBackend() {
        try (FakeBackend app = FakeBackend.closing();
                FakeBackend api = FakeBackend.closing();
                FakeBackend h2 = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(app.address())
                        .with("""
                                listeners.https.tls.alpn = [h2, "http/1.1"]
                                listeners.https.routes = [
                                  { server-names = ["api.test"], alpn = [h2], backend = h2 }
                                  { server-names = ["api.test", "*.api.test"], backend = api }
                                ]
                                """, server("api", api), server("h2", h2))
                        .start()) {
            connect(proxy, "-servername", "localhost", "-alpn", "h2");
            app.awaitAccepted(1);
            connect(proxy, "-servername", "api.test", "-alpn", "h2");
            h2.awaitAccepted(1);
            connect(proxy, "-servername", "api.test", "-alpn", "http/1.1");
            api.awaitAccepted(1);
            connect(proxy, "-servername", "v1.api.test", "-alpn", "h2");
            api.awaitAccepted(2);
        }
    }

    @Test
    void aNameAtAnyDepthGoesToTheLongestThatIsForIt() {
        try (FakeBackend app = FakeBackend.closing();
                FakeBackend below = FakeBackend.closing();
                FakeBackend one = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(app.address())
                        .with("""
                                listeners.https.routes = [
                                  { server-names = ["**.test"], backend = app }
                                  { server-names = ["**.Tenants.test."], backend = below }
                                  { server-names = ["*.tenants.test"], backend = one }
                                ]
                                """, server("below", below), server("one", one))
                        .start()) {
            connect(proxy, "-servername", "a.b.c.tenants.test");
            below.awaitAccepted(1);
            connect(proxy, "-servername", "a.tenants.test");
            one.awaitAccepted(1);
            connect(proxy, "-servername", "tenants.test");
            app.awaitAccepted(1);
            connect(proxy, "-servername", "www.other.test");
            app.awaitAccepted(2);
        }
    }

    @Test
    void aRouteAsksForItsOwnClientCertificate() {
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        RunningProxy.Builder builder;
        try (FakeBackend backend = FakeBackend.closing()) {
            builder = RunningProxy.to(backend.address());
            clients.writePem(builder.directory(), "clients");
            try (RunningProxy proxy = builder.with("""
                            listeners.https.routes = [ {
                              server-names = ["closed.test"], backend = app
                              tls.client-auth { mode = require, trust-anchors = ["clients.crt"] }
                            } ]
                            """).start()) {
                assertThat(connect(proxy, "-servername", "closed.test", "-tls1_3"))
                        .contains("alert number 116");
                assertThat(connect(proxy, "-servername", "open.test")).contains("No client certificate CA names sent");
                backend.awaitAccepted(1);
            }
        }
    }

    @Test
    void passesTlsThroughUntouched() {
        CertificateAuthority inner = CertificateAuthority.create("Inner Root");
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy behind = RunningProxy.to(backend.address())
                        .certificate(inner, inner.server("inner.test").issue())
                        .start();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                "listeners.https.routes = [ { server-names = [\"inner.test\"], backend = behind,"
                                        + " passthrough = true } ]",
                                "backends.behind.servers = [\"127.0.0.1:"
                                        + behind.address().getPort() + "\"]")
                        .start()) {
            assertThat(subject(proxy, "-servername", "inner.test")).contains("inner.test");
            assertThat(subject(proxy, "-servername", "localhost")).contains("localhost");

            assertThat(proxy.awaitConnectionLines(2)).anySatisfy(line -> {
                assertThat(line.text("server_name")).isEqualTo("inner.test");
                assertThat(line.has("tls_version")).isFalse();
            });
            behind.awaitConnectionLine();
        }
    }

    /** One byte a segment, and ten bytes a record: what the backend gets is what the client sent. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void passesAFragmentedClientHelloThroughAsItCame(boolean inRecords) throws Exception {
        BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        AtomicInteger expected = new AtomicInteger();
        try (FakeBackend backend = FakeBackend.running(
                        socket -> received.add(socket.getInputStream().readNBytes(expected.get())));
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                "listeners.https.routes = [ { server-names = [inner.test], backend = app, passthrough = true } ]")
                        .start();
                Socket client =
                        new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            client.setTcpNoDelay(true);
            byte[] hello = clientHello("inner.test");
            byte[] sent = inRecords ? inRecords(hello, 10) : hello;
            expected.set(sent.length);
            for (byte one : sent) {
                client.getOutputStream().write(one);
            }

            assertThat(received.poll(60, TimeUnit.SECONDS)).isEqualTo(sent);
        }
    }

    @Test
    void passesAPostQuantumClientHelloThrough() {
        IssuedCertificate certificate = ROOT.server("localhost").ip("127.0.0.1").issue();
        try (FakeBackend backend = Http.backend();
                RunningProxy behind = RunningProxy.to(backend.address())
                        .certificate(ROOT, certificate)
                        .start();
                RunningProxy proxy = RunningProxy.to(behind.address())
                        .certificate(ROOT, certificate)
                        .with(
                                "listeners.https.routes = [ { server-names = [inner.test], backend = app, passthrough = true } ]")
                        .start()) {
            BoringSslClient.Answer answer =
                    BoringSslClient.requestFor("inner.test", proxy, "TLSv1.3", "X25519MLKEM768");

            assertThat(answer.isAnswered()).isTrue();
            assertThat(answer.group()).isEqualTo("X25519MLKEM768");
            assertThat(behind.awaitConnectionLine().text("group")).isEqualTo("X25519MLKEM768");
            assertThat(proxy.awaitConnectionLine().has("tls_version")).isFalse();
        }
    }

    private static byte[] clientHello(String serverName) throws SSLException {
        SSLEngine engine = TlsClient.context(ROOT).createSSLEngine(serverName, 443);
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }

    private static byte[] inRecords(byte[] record, int length) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (int at = 5; at < record.length; at += length) {
            int piece = Math.min(length, record.length - at);
            records.write(record, 0, 3);
            records.write(0);
            records.write(piece);
            records.write(record, at, piece);
        }
        return records.toByteArray();
    }

    private static String server(String name, FakeBackend backend) {
        return "backends." + name + ".servers = [\"127.0.0.1:"
                + backend.address().getPort() + "\"]";
    }

    private static String subject(RunningProxy proxy, String... arguments) {
        return connect(proxy, arguments)
                .lines()
                .filter(line -> line.startsWith("subject="))
                .findFirst()
                .orElse("no certificate");
    }

    private static String connect(RunningProxy proxy, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "s_client",
                "-ign_eof",
                "-connect",
                "127.0.0.1:" + proxy.address().getPort()));
        command.addAll(List.of(arguments));
        return new Openssl(proxy.directory()).output(command);
    }
}
