package io.sallyport.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.ServerTls;
import io.sallyport.testing.TlsClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Servers that are asked by a service beside them, or in the words of their protocol. */
class HealthScriptTest {
    /** Answers what it is told to, one byte at a time, and remembers what it was asked. */
    private static final class Oracle implements AutoCloseable {
        private final List<String> asked = new CopyOnWriteArrayList<>();
        private final FakeBackend backend = FakeBackend.running(this::serve);
        private volatile String answer;

        Oracle(String answer) {
            this.answer = answer;
        }

        private void serve(Socket socket) throws IOException {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            StringBuilder question = new StringBuilder();
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                question.append(line).append('|');
                if (line.equals("QUIT")) {
                    break;
                }
            }
            asked.add(question.toString());
            socket.setTcpNoDelay(true);
            for (byte each : answer.getBytes(StandardCharsets.ISO_8859_1)) {
                socket.getOutputStream().write(each);
            }
        }

        int port() {
            return backend.address().getPort();
        }

        @Override
        public void close() {
            backend.close();
        }
    }

    @Test
    void aCheckOfAnotherPortDecidesAboutTheServer() {
        try (FakeBackend server = FakeBackend.echo();
                Oracle patroni = new Oracle("HTTP/1.0 200 OK\r\n\r\n");
                RunningProxy proxy = proxy(
                                server.address(), "type = http, path = \"/primary\", port = " + patroni.port())
                        .start()) {
            await().until(() -> !patroni.asked.isEmpty());
            assertThat(patroni.asked.get(0))
                    .startsWith("GET /primary HTTP/1.1|")
                    .containsIgnoringCase("|host: 127.0.0.1:" + patroni.port() + "|");
            proxy.awaitMetric(1, "sallyport_backend_up");
            assertThat(server.accepted()).isZero();

            patroni.answer = "HTTP/1.0 503 Service Unavailable\r\n\r\n";
            proxy.awaitMetric(0, "sallyport_backend_up");
        }
    }

    /** Patroni has no TLS because its database has. */
    @Test
    void aCheckOfAnotherPortSpeaksNeitherTlsNorTheProxyProtocol() {
        CertificateAuthority root = CertificateAuthority.create("Root");
        FakeBackend.Script script =
                ServerTls.of(root.server("app.test").issue()).around((tls, raw) -> FakeBackend.drain(tls));
        try (FakeBackend server = FakeBackend.running(script);
                Oracle patroni = new Oracle("HTTP/1.0 200 OK\r\n\r\n")) {
            RunningProxy.Builder builder = proxy(
                    server.address(), "type = http, host-header = \"patroni.test:8008\", port = " + patroni.port());
            root.writePem(builder.directory(), "ca");
            try (RunningProxy proxy = builder.with(
                            "backends.app.tls { enabled = on, server-name = app.test, trust-anchors = [ca.crt] }",
                            "backends.app.proxy-protocol.send = v1")
                    .start()) {
                await().until(() -> patroni.asked.size() > 2);
                assertThat(patroni.asked)
                        .allSatisfy(request -> assertThat(request)
                                .startsWith("GET / HTTP/1.1|")
                                .containsIgnoringCase("|host: patroni.test:8008|"));
                proxy.awaitMetric(1, "sallyport_backend_up");
            }
        }
    }

    /** As Patroni has it with a certificate of its own. */
    @Test
    void aCheckOfAnotherPortMaySpeakTlsWhereConnectionsDoNot() {
        CertificateAuthority root = CertificateAuthority.create("Root");
        try (FakeBackend server = FakeBackend.echo();
                FakeBackend patroni = FakeBackend.running(overTls(root))) {
            RunningProxy.Builder builder = proxy(
                    server.address(),
                    "type = http, tls = on, port = " + patroni.address().getPort());
            root.writePem(builder.directory(), "ca");
            try (RunningProxy proxy = builder.with(
                            "backends.app.tls { server-name = app.test, trust-anchors = [ca.crt] }")
                    .start()) {
                patroni.awaitAccepted(3);
                proxy.awaitMetric(1, "sallyport_backend_up");
                try (TlsClient client = TlsClient.connect(proxy)) {
                    client.send("ping");
                    assertThat(client.readText(4)).isEqualTo("ping");
                }

                proxy.edit(text -> text.replace("server-name = app.test", "server-name = other.test"));
                assertThat(proxy.reload()).isTrue();
                proxy.awaitMetric(0, "sallyport_backend_up");
                await().untilAsserted(() ->
                        assertThat(proxy.log().lines("(expected: other.test)")).isNotEmpty());
            }
        }
    }

    @Test
    void aCheckOfAnotherPortByTlsDoesNotAskForItFirst() {
        CertificateAuthority root = CertificateAuthority.create("Root");
        try (FakeBackend server = FakeBackend.echo();
                FakeBackend patroni = FakeBackend.running(overTls(root))) {
            RunningProxy.Builder builder = proxy(
                    server.address(),
                    "type = http, tls = on, port = " + patroni.address().getPort());
            root.writePem(builder.directory(), "ca");
            try (RunningProxy proxy = builder.with("backends.app.tls { enabled = on, starttls = postgresql,"
                            + " server-name = app.test, trust-anchors = [ca.crt] }")
                    .start()) {
                patroni.awaitAccepted(3);
                proxy.awaitMetric(1, "sallyport_backend_up");
                assertThat(server.accepted()).isZero();
            }
        }
    }

    private static FakeBackend.Script overTls(CertificateAuthority root) {
        return ServerTls.of(root.server("app.test").issue())
                .around((tls, raw) ->
                        tls.getOutputStream().write("HTTP/1.0 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void aScriptAsksAndLooksForATextInTheAnswer() {
        try (Oracle redis = new Oracle("$11\r\nrole:master\r\n+OK\r\n");
                RunningProxy proxy = proxy(
                                redis.backend.address(),
                                "type = tcp, send = \"INFO replication\\r\\nQUIT\\r\\n\", expect-text = \"role:master\"")
                        .start()) {
            await().until(() -> !redis.asked.isEmpty());
            assertThat(redis.asked.get(0)).isEqualTo("INFO replication|QUIT|");
            proxy.awaitMetric(1, "sallyport_backend_up");

            redis.answer = "$10\r\nrole:slave\r\n+OK\r\n";
            proxy.awaitMetric(0, "sallyport_backend_up");
            // The meter tells before the log does.
            await().untilAsserted(() -> assertThat(proxy.log().values("state")).containsExactly("down"));
        }
    }

    /** A greeting needs no question. */
    @Test
    void aTextMayComeUnasked() {
        try (FakeBackend server = FakeBackend.running(socket -> {
                    socket.getOutputStream().write("220 mail.test ESMTP\r\n".getBytes(StandardCharsets.US_ASCII));
                    FakeBackend.drain(socket);
                });
                RunningProxy proxy = proxy(server.address(), "type = tcp, expect-text = \"220 \"")
                        .start()) {
            server.awaitAccepted(3);
            proxy.awaitMetric(1, "sallyport_backend_up");

            proxy.edit(
                    text -> text.replace("220 ", "221 ").replace("interval = 100ms", "interval = 100ms, timeout = 1s"));
            assertThat(proxy.reload()).isTrue();
            proxy.awaitMetric(0, "sallyport_backend_up");
        }
    }

    @Test
    void anHttpAnswerMayNeedATextToo() {
        try (Oracle web = new Oracle("HTTP/1.0 200 OK\r\n\r\n{\"role\": \"primary\"}");
                RunningProxy proxy = proxy(
                                web.backend.address(), "type = http, expect-text = \"\\\"role\\\": \\\"primary\\\"\"")
                        .start()) {
            await().until(() -> !web.asked.isEmpty());
            // No chunk's head comes within the text.
            assertThat(web.asked.get(0)).startsWith("GET / HTTP/1.0|");
            proxy.awaitMetric(1, "sallyport_backend_up");

            web.answer = "HTTP/1.0 200 OK\r\n\r\n{\"role\": \"replica\"}";
            proxy.awaitMetric(0, "sallyport_backend_up");
        }
    }

    private static RunningProxy.Builder proxy(InetSocketAddress backend, String check) {
        return RunningProxy.to(backend).with("backends.app.health-check { interval = 100ms, " + check + " }");
    }
}
