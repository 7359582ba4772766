package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Http;
import io.sallyport.testing.Payload;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.UnixSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Client mode, and two Sallyports back to back: plain TCP into the one, mutual TLS between them, plain TCP out of the
 * other.
 */
final class TunnelTest {
    private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Tunnel Clients");

    /** The two ends of a tunnel. */
    private static final class Tunnel implements AutoCloseable {
        private final RunningProxy far;
        private final RunningProxy near;

        private Tunnel(FakeBackend service, String client, String... nearSettings) {
            RunningProxy.Builder farEnd = RunningProxy.to(service.address());
            CLIENTS.writePem(farEnd.directory(), "clients");
            far = farEnd.with("listeners.https.tls.client-auth {"
                            + " mode = require, trust-anchors = [clients.crt], allow = [{ cn = near }] }")
                    .start();
            RunningProxy.Builder nearEnd = RunningProxy.to(far.address());
            far.authority().writePem(nearEnd.directory(), "far");
            CLIENTS.client(client).issue().writePem(nearEnd.directory(), "near");
            near = nearEnd.with(
                            "listeners.plain { bind = \"127.0.0.1:0\", backend = app }",
                            "listeners.local { bind = \"unix:in.sock\", backend = app }",
                            "backends.app.tls { enabled = on, trust-anchors = [far.crt],"
                                    + " certificates = [{ chain = near.crt, key = near.key }],"
                                    + " allow = [{ dns = localhost }] }")
                    .with(nearSettings)
                    .start();
        }

        @Override
        public void close() {
            try (far;
                    near) {
                // Both, the near one first.
            }
        }
    }

    @Test
    void bytesAndEndsComeThroughBothWays() throws Exception {
        try (FakeBackend service = FakeBackend.echo();
                Tunnel tunnel = new Tunnel(service, "near")) {
            long length = 3_000_000;
            try (PlainClient client = PlainClient.connect(tunnel.near.address("plain"))) {
                CompletableFuture<Received> echoed = CompletableFuture.supplyAsync(client::readAll);
                new Payload(5).writeTo(client.socket().getOutputStream(), length);
                client.sendFin();

                assertThat(echoed.get(60, TimeUnit.SECONDS))
                        .isEqualTo(new Received(length, new Payload(5).sha256(length), Received.End.FIN));
            }
            assertThat(tunnel.near.awaitConnectionLine().text("reason")).isEqualTo("client_closed");
            assertThat(tunnel.far.awaitConnectionLine().text("reason")).isEqualTo("client_closed");
            assertThat(tunnel.far.awaitConnectionLine().text("client_certificate"))
                    .isEqualTo("CN=near");
        }
    }

    @Test
    void theServersEndComesThroughWhileTheClientGoesOn() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        FakeBackend.Script script = socket -> {
            socket.getOutputStream().write("bye".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            heard.complete(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        };
        try (FakeBackend service = FakeBackend.running(script);
                Tunnel tunnel = new Tunnel(service, "near");
                PlainClient client = PlainClient.connect(tunnel.near.address("plain"))) {
            assertThat(client.readText(10)).isEqualTo("bye");
            client.send("more");
            client.sendFin();

            assertThat(heard.get(60, TimeUnit.SECONDS)).isEqualTo("more");
        }
    }

    @Test
    void theHeaderOfThePlainClientComesFirstAndInTheClearBeforeTls() throws Exception {
        try (FakeBackend service = FakeBackend.echo();
                Tunnel tunnel = new Tunnel(service, "near", "backends.app.proxy-protocol.send = v2");
                PlainClient refused = PlainClient.connect(tunnel.near.address("plain"))) {
            // The far end takes the header for what it is not: a handshake.
            assertThat(refused.readAll().bytes()).isZero();

            tunnel.far.edit(
                    text -> text.replace(
                            "listeners.https.tls.client-auth",
                            "listeners.https.proxy-protocol { accept = on, trusted = [127.0.0.1] }\nlisteners.https.tls.client-auth"));
            assertThat(tunnel.far.reload()).isTrue();
            try (PlainClient client = PlainClient.connect(tunnel.near.address("plain"))) {
                client.send("ping");
                assertThat(client.readText(4)).isEqualTo("ping");
                client.sendFin();
                client.readAll();
                assertThat(tunnel.far.awaitConnectionLines(2).get(1).text("client"))
                        .isEqualTo("127.0.0.1:" + client.socket().getLocalPort());
            }
        }
    }

    @Test
    void aPlainListenerWaitsForTheHeaderThatItIsPromised() throws Exception {
        try (FakeBackend service = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(service.address())
                        .with("listeners.plain { bind = \"127.0.0.1:0\", backend = app,"
                                + " proxy-protocol { accept = on, trusted = [127.0.0.1] } }")
                        .start();
                PlainClient client = PlainClient.connect(proxy.address("plain"))) {
            client.send("PROXY TCP4 192.0.2.7 192.0.2.8 1234 ");
            assertThat(service.accepted()).isZero();
            client.send("443\r\nping");

            assertThat(client.readText(4)).isEqualTo("ping");
            client.sendFin();
            client.readAll();
            assertThat(proxy.awaitConnectionLine().text("client")).isEqualTo("192.0.2.7:1234");
        }
    }

    @Test
    void aServiceThatSpeaksFirstIsHeard() {
        try (FakeBackend service = FakeBackend.running(socket -> {
                    socket.getOutputStream().write("220 ready".getBytes(StandardCharsets.US_ASCII));
                    FakeBackend.drain(socket);
                });
                Tunnel tunnel = new Tunnel(service, "near");
                PlainClient client = PlainClient.connect(tunnel.near.address("plain"))) {
            assertThat(client.readText(9)).isEqualTo("220 ready");
        }
    }

    @Test
    void aResetAtTheFarEndIsAResetAtTheNearOne() {
        try (FakeBackend service = FakeBackend.running(socket -> {
                    socket.getInputStream().read();
                    FakeBackend.reset(socket);
                });
                Tunnel tunnel = new Tunnel(service, "near");
                PlainClient client = PlainClient.connect(tunnel.near.address("plain"))) {
            client.send("x");

            assertThat(client.readAll().end()).isEqualTo(Received.End.RESET);
        }
    }

    @Test
    void whoTheFarEndDoesNotAllowGetsNothingThrough() {
        try (FakeBackend service = FakeBackend.echo();
                Tunnel tunnel = new Tunnel(service, "stranger");
                PlainClient client = PlainClient.connect(tunnel.near.address("plain"))) {
            client.send("secret");

            assertThat(client.readAll().bytes()).isZero();
            assertThat(service.accepted()).isZero();
            assertThat(tunnel.far.awaitHandshakeFailure().text("reason")).isEqualTo("client_certificate_refused");
        }
    }

    @Test
    void aFarEndThatTheNearOneDoesNotAllowGetsNothing() {
        try (FakeBackend service = FakeBackend.echo();
                Tunnel tunnel = new Tunnel(service, "near", "backends.app.tls.allow = [{ cn = other }]");
                PlainClient client = PlainClient.connect(tunnel.near.address("plain"))) {
            client.send("secret");

            assertThat(client.readAll().bytes()).isZero();
            tunnel.near.awaitMetric(1, "sallyport_backend_connect_failures_total", "reason", "tls_refused");
            assertThat(tunnel.near.awaitConnectionLine().text("reason")).isEqualTo("backend_tls_failed");
            assertThat(service.accepted()).isZero();
        }
    }

    @Test
    void curlGetsAPageThroughIt() throws Exception {
        try (FakeBackend service = Http.backend();
                Tunnel tunnel = new Tunnel(service, "near")) {
            assertThat(curl("http://127.0.0.1:" + tunnel.near.address("plain").getPort() + "/"))
                    .isEqualTo("hello from the backend");
            assertThat(curl(
                            "--unix-socket",
                            tunnel.near.directory().resolve("in.sock").toString(),
                            "http://localhost/"))
                    .isEqualTo("hello from the backend");
        }
    }

    @Test
    void manyAtOnceKeepApart() {
        try (FakeBackend service = FakeBackend.echo();
                Tunnel tunnel = new Tunnel(service, "near")) {
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                String text = ("client " + i + " ").repeat(1000);
                answers.add(CompletableFuture.supplyAsync(
                        () -> UnixSocket.exchange(tunnel.near.directory().resolve("in.sock"), text)));
            }
            for (int i = 0; i < 30; i++) {
                assertThat(answers.get(i).join()).isEqualTo(("client " + i + " ").repeat(1000));
            }
        }
    }

    private static String curl(String... arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("curl", "--silent", "--show-error", "--max-time", "10"));
        words.addAll(List.of(arguments));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
