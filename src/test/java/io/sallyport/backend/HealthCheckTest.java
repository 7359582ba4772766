package io.sallyport.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.FullListener;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.RefusedPort;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.ServerTls;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers that are asked whether they work. */
final class HealthCheckTest {
    private static final String PLAIN = "listeners.plain { bind = \"127.0.0.1:0\", backend = app }";

    /** An HTTP server that answers as it is told to, and remembers what it was asked. */
    private static final class Web implements AutoCloseable {
        private final List<String> requests = new CopyOnWriteArrayList<>();
        private final FakeBackend backend = FakeBackend.running(this::serve);
        private final CountDownLatch never = new CountDownLatch(1);
        private volatile String answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

        void answer(String line) {
            answer = line + "\r\nContent-Length: 0\r\n\r\n";
        }

        void hang() {
            answer = "";
        }

        InetSocketAddress address() {
            return backend.address();
        }

        private void serve(Socket socket) throws IOException, InterruptedException {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            StringBuilder head = new StringBuilder();
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                head.append(line).append('\n');
            }
            requests.add(head.toString());
            if (answer.isEmpty()) {
                never.await();
            }
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void close() {
            never.countDown();
            backend.close();
        }
    }

    @Test
    void anHttpCheckFollowsTheStatus() {
        try (Web web = new Web();
                RunningProxy proxy = proxy(web.address(), "type = http, path = \"/health?deep=1\", expect = [200, 204]")
                        .start()) {
            await().until(() -> !web.requests.isEmpty());
            assertThat(web.requests.get(0))
                    .startsWith("GET /health?deep=1 HTTP/1.1\n")
                    .containsIgnoringCase("host: 127.0.0.1:" + web.address().getPort() + "\n")
                    .containsIgnoringCase("connection: close\n");
            proxy.awaitMetric(1, "sallyport_backend_up", "backend", "app");

            web.answer("HTTP/1.1 503 Service Unavailable");
            proxy.awaitMetric(0, "sallyport_backend_up", "backend", "app");
            assertThat(status(proxy)).contains("\"state\":\"down\"");
            assertThat(proxy.get("/readyz").statusCode()).isEqualTo(200);
            assertThat(proxy.log().values("state")).containsExactly("down");

            web.answer("HTTP/1.1 204 No Content");
            proxy.awaitMetric(1, "sallyport_backend_up", "backend", "app");
            assertThat(proxy.log().values("state")).containsExactly("down", "up");
        }
    }

    @Test
    void anInterimAnswerIsNotTheAnswer() {
        try (Web web = new Web()) {
            web.answer("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK");
            try (RunningProxy proxy = proxy(web.address(), "type = http").start()) {
                await().until(() -> web.requests.size() > 4);
                proxy.awaitMetric(1, "sallyport_backend_up");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"v1, 50524f585920554e4b4e4f574e0d0a", "v2, 0d0a0d0a000d0a515549540a20000000"})
    void aServerThatWantsAProxyHeaderGetsOneThatSaysItIsOurOwnConnection(String version, String header) {
        List<String> seen = new CopyOnWriteArrayList<>();
        FakeBackend.Script script = socket -> {
            seen.add(HexFormat.of().formatHex(socket.getInputStream().readNBytes(header.length() / 2)));
            socket.getOutputStream().write("HTTP/1.1 200 x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        };
        try (FakeBackend backend = FakeBackend.running(script);
                RunningProxy proxy = proxy(backend.address(), "type = http")
                        .with("backends.app.proxy-protocol.send = " + version)
                        .start()) {
            await().until(() -> seen.size() > 2);
            assertThat(seen).containsOnly(header);
            proxy.awaitMetric(1, "sallyport_backend_up");
        }
    }

    @Test
    void fallAndRiseCountInARow() {
        try (Web web = new Web();
                RunningProxy proxy =
                        proxy(web.address(), "type = http, rise = 3, fall = 3").start()) {
            await().until(() -> !web.requests.isEmpty());
            web.answer("HTTP/1.1 500 x");
            int before = web.requests.size();
            proxy.awaitMetric(0, "sallyport_backend_up");
            assertThat(web.requests.size() - before).isBetween(3, 5);

            web.answer("HTTP/1.1 200 x");
            int after = web.requests.size();
            proxy.awaitMetric(1, "sallyport_backend_up");
            assertThat(web.requests.size() - after).isBetween(3, 5);
        }
    }

    @Test
    void aHealthEndpointThatHangsIsDownAndHoldsNothingUp() {
        try (Web web = new Web();
                Web other = new Web()) {
            web.hang();
            try (RunningProxy proxy = proxy(web.address(), "type = http, timeout = 1s")
                    .with("backends.app.servers = [" + server(web.address()) + ", " + server(other.address()) + "]")
                    .start()) {
                proxy.awaitMetric(
                        0,
                        "sallyport_backend_up",
                        "server",
                        "127.0.0.1:" + web.address().getPort());
                // The meter tells before the log does.
                await().untilAsserted(() -> assertThat(
                                proxy.log().lines("server is down: not done within health-check.timeout: no answer"))
                        .hasSize(1));
                int before = other.requests.size();
                await().until(() -> other.requests.size() > before + 3);
                proxy.awaitMetric(
                        1,
                        "sallyport_backend_up",
                        "server",
                        "127.0.0.1:" + other.address().getPort());
                // A check that was given up is not left open.
                await().until(() -> web.backend.mostOpen() < 20);
            }
        }
    }

    @Test
    void aServerThatAcceptsAndClosesIsUpByTcpAndDownByHttp() {
        try (FakeBackend closing = FakeBackend.closing();
                RunningProxy proxy = proxy(closing.address(), "type = http").start()) {
            proxy.awaitMetric(0, "sallyport_backend_up");
            await().untilAsserted(() -> assertThat(proxy.log().values("state")).containsExactly("down"));

            proxy.edit(text -> text.replace("type = http", "type = tcp"));
            assertThat(proxy.reload()).isTrue();
            proxy.awaitMetric(1, "sallyport_backend_up");
        }
    }

    @Test
    void whatIsNoHttpIsDown() {
        try (Web web = new Web()) {
            web.answer("220 smtp.test ESMTP");
            try (RunningProxy proxy = proxy(web.address(), "type = http").start()) {
                proxy.awaitMetric(0, "sallyport_backend_up");
            }
        }
    }

    @Test
    void aTcpCheckFindsARefusalAndABlackhole() {
        try (RefusedPort refused = new RefusedPort();
                FullListener blackhole = new FullListener();
                FakeBackend good = FakeBackend.echo();
                RunningProxy proxy = proxy(refused.address(), "type = tcp, timeout = 1s")
                        .with("backends.app.servers = [" + server(refused.address()) + ", "
                                + server(blackhole.address()) + ", " + server(good.address()) + "]")
                        .start()) {
            proxy.awaitMetric(
                    0,
                    "sallyport_backend_up",
                    "server",
                    "127.0.0.1:" + refused.address().getPort());
            proxy.awaitMetric(
                    0,
                    "sallyport_backend_up",
                    "server",
                    "127.0.0.1:" + blackhole.address().getPort());

            for (int i = 0; i < 6; i++) {
                try (PlainClient client = PlainClient.connect(proxy.address("plain"))) {
                    client.send("ping");
                    assertThat(client.readText(4)).isEqualTo("ping");
                }
            }
            assertThat(proxy.metric("sallyport_backend_connect_failures_total")).isZero();
        }
    }

    @Test
    void aServerThatComesBackIsUsedAgain() {
        try (Web web = new Web();
                Web other = new Web()) {
            other.answer("HTTP/1.1 202 x");
            web.answer("HTTP/1.1 500 x");
            try (RunningProxy proxy = proxy(web.address(), "type = http, expect = [200, 202]")
                    .with("backends.app.servers = [" + server(web.address()) + ", { address = "
                            + server(other.address()) + ", backup = on }]")
                    .start()) {
                proxy.awaitMetric(
                        0,
                        "sallyport_backend_up",
                        "server",
                        "127.0.0.1:" + web.address().getPort());
                await().until(() -> answerTo(proxy).equals("HTTP/1.1 202"));

                web.answer("HTTP/1.1 200 x");
                await().until(() -> answerTo(proxy).equals("HTTP/1.1 200"));
            }
        }
    }

    @Test
    void whenEveryServerIsDownAllAreTriedAllTheSame() {
        try (Web web = new Web()) {
            web.answer("HTTP/1.1 500 x");
            try (RunningProxy proxy = proxy(web.address(), "type = http").start()) {
                proxy.awaitMetric(0, "sallyport_backend_up");

                assertThat(answerTo(proxy)).isEqualTo("HTTP/1.1 500");
            }
        }
    }

    @Test
    void aCheckOfATlsServerMakesTheHandshakeAndVerifies() {
        CertificateAuthority root = CertificateAuthority.create("Check Root");
        FakeBackend.Script script = ServerTls.of(root.server("app.test").issue())
                .around((tls, raw) ->
                        tls.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        try (FakeBackend backend = FakeBackend.running(script)) {
            RunningProxy.Builder builder = proxy(backend.address(), "type = http");
            root.writePem(builder.directory(), "ca");
            try (RunningProxy proxy = builder.with(
                            "backends.app.tls { enabled = on, server-name = app.test, trust-anchors = [ca.crt] }")
                    .start()) {
                backend.awaitAccepted(4);
                proxy.awaitMetric(1, "sallyport_backend_up");

                proxy.edit(text -> text.replace("server-name = app.test", "server-name = other.test"));
                assertThat(proxy.reload()).isTrue();
                proxy.awaitMetric(0, "sallyport_backend_up");
                await().untilAsserted(() ->
                        assertThat(proxy.log().lines("(expected: other.test)")).isNotEmpty());
            }
        }
    }

    @Test
    void withoutACheckThereIsNoSampleAndAReloadTakesItAway() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend.address(), "type = tcp").start()) {
            proxy.awaitMetric(1, "sallyport_backend_up");

            proxy.edit(text -> text.replace("type = tcp", "type = none"));
            assertThat(proxy.reload()).isTrue();

            await().untilAsserted(
                            () -> assertThat(proxy.get("/metrics").body()).doesNotContain("sallyport_backend_up"));
        }
    }

    @Test
    void whatAServerIsKnownToBeOutlivesAReload() {
        try (Web web = new Web()) {
            web.answer("HTTP/1.1 500 x");
            try (RunningProxy proxy =
                    proxy(web.address(), "type = http, rise = 100").start()) {
                proxy.awaitMetric(0, "sallyport_backend_up");
                web.answer("HTTP/1.1 200 x");

                proxy.edit(text -> text.replace("rise = 100", "rise = 99"));
                assertThat(proxy.reload()).isTrue();

                int asked = web.requests.size();
                await().until(() -> web.requests.size() > asked + 3);
                assertThat(proxy.metric("sallyport_backend_up")).isZero();
            }
        }
    }

    private static String answerTo(RunningProxy proxy) {
        try (PlainClient client = PlainClient.connect(proxy.address("plain"))) {
            client.send("GET / HTTP/1.0\r\n\r\n");
            return client.readText(12);
        }
    }

    private static String status(RunningProxy proxy) {
        return proxy.get("/status").body().replaceAll("\\s", "");
    }

    private static RunningProxy.Builder proxy(InetSocketAddress backend, String check) {
        return RunningProxy.to(backend).with(PLAIN, "backends.app.health-check { interval = 100ms, " + check + " }");
    }

    private static String server(InetSocketAddress address) {
        return "\"127.0.0.1:" + address.getPort() + "\"";
    }
}
