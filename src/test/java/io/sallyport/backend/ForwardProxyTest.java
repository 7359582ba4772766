package io.sallyport.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.RefusedPort;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SecretFiles;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What forward proxies may say, and what is said to them. Real ones: ForwardProxyIT. */
final class ForwardProxyTest {
    private static final String PLAIN = "listeners.plain { bind = \"127.0.0.1:0\", backend = app }";
    private static final String FAILURES = "sallyport_backend_connect_failures_total";
    private static final String SERVER = "backends.app.servers = [\"db.invalid:5432\"]";
    private static final String OK = "HTTP/1.1 200 Connection established\r\n\r\n";

    @Test
    void httpProxiesAreAskedByNameAndWhatTheServerSaidAlreadyArrives() throws Exception {
        List<String> heads = new CopyOnWriteArrayList<>();
        try (FakeBackend proxy = FakeBackend.running(socket -> {
                    heads.add(head(socket.getInputStream()));
                    say(socket, OK + "220 hello");
                    socket.getInputStream().transferTo(socket.getOutputStream());
                });
                RunningProxy sallyport = proxy("http://me%40x@", proxy.address())
                        .with("backends.app.proxy-protocol.send = v1")
                        .start();
                PlainClient client = PlainClient.connect(sallyport.address("plain"))) {
            assertThat(client.readText(9)).isEqualTo("220 hello");
            client.send("ping");
            assertThat(client.readText(20)).startsWith("PROXY TCP4 127.0.0.1");

            assertThat(heads).hasSize(1);
            assertThat(heads.get(0))
                    .startsWith("CONNECT db.invalid:5432 HTTP/1.1\r\n")
                    // me@x:pass word
                    .containsIgnoringCase("proxy-authorization: Basic bWVAeDpwYXNzIHdvcmQ=\r\n");
            sallyport.awaitMetric(0, FAILURES);
            assertThat(sallyport.get("/status").body())
                    .doesNotContain("pass word")
                    .contains("db.invalid:5432");
            assertThat(sallyport.log().lines("pass word")).isEmpty();
        }
    }

    @Test
    void socksProxiesAreAskedByNameWithUserAndPassword() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        try (FakeBackend proxy = FakeBackend.running(socket -> {
                    DataInputStream in = new DataInputStream(socket.getInputStream());
                    OutputStream out = socket.getOutputStream();
                    asked.add(hex(in, 4));
                    out.write(new byte[] {5, 2});
                    asked.add(hex(in, 2 + 4 + 1 + 9));
                    out.write(new byte[] {1, 0});
                    asked.add(hex(in, 5 + 10 + 2));
                    out.write(HexFormat.of().parseHex("050000010a0000010000"));
                    in.transferTo(out);
                });
                RunningProxy sallyport =
                        proxy("socks5://me%40x@", proxy.address()).start();
                PlainClient client = PlainClient.connect(sallyport.address("plain"))) {
            client.send("ping");
            assertThat(client.readText(4)).isEqualTo("ping");

            assertThat(asked)
                    .containsExactly(
                            "05020002",
                            "0104" + HexFormat.of().formatHex("me@x".getBytes(StandardCharsets.US_ASCII)) + "09"
                                    + HexFormat.of().formatHex("pass word".getBytes(StandardCharsets.US_ASCII)),
                            "050100030a" + HexFormat.of().formatHex("db.invalid".getBytes(StandardCharsets.US_ASCII))
                                    + "1538");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 407 No\\r\\nProxy-Authenticate: Basic\\r\\nContent-Length: 5\\r\\n\\r\\nlogin | proxy_refused | the proxy answers 407",
                "HTTP/1.1 403 Forbidden\\r\\n\\r\\n | proxy_refused | the proxy answers 403",
                "HTTP/1.1 503 No server\\r\\n\\r\\n | unreachable | the proxy answers 503",
                "HTTP/1.0 504 Late\\r\\n\\r\\n | timeout | the proxy answers 504",
                "220 mail.example ESMTP\\r\\n | proxy_failed | breaks the rules",
                "HTTP/1.1 200 OK\\r\\nX: 1 | proxy_failed | the proxy",
                "'' | proxy_failed | ended"
            })
    void refusalsOfHttpProxiesAreToldApart(String answer, String reason, String words) {
        String bytes = answer.replace("\\r\\n", "\r\n");
        fails("http://", reason, words, socket -> {
            head(socket.getInputStream());
            say(socket, bytes);
            socket.shutdownOutput();
            FakeBackend.drain(socket);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "05ff, proxy_refused, none of our ways",
        "05000501000100000000 0000, proxy_refused, the proxy answers 1",
        "05000502000100000000 0000, proxy_refused, the proxy answers 2",
        "05000503000100000000 0000, unreachable, the proxy answers 3",
        "05000504000100000000 0000, unreachable, the proxy answers 4",
        "05000505000100000000 0000, refused, the proxy answers 5",
        "05000506000100000000 0000, timeout, the proxy answers 6",
        "050005ff000100000000 0000, proxy_refused, the proxy answers 255",
        "04005a, proxy_failed, breaks the rules",
        "485454502f312e31, proxy_failed, breaks the rules",
        "0500ffffffff, proxy_failed, breaks the rules",
        "0502, proxy_failed, the proxy: "
    })
    void refusalsOfSocksProxiesAreToldApart(String answer, String reason, String words) {
        byte[] bytes = HexFormat.of().parseHex(answer.replace(" ", ""));
        fails("socks5://", reason, words, socket -> {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            hex(in, 3);
            socket.getOutputStream().write(bytes, 0, 2);
            socket.getOutputStream().write(bytes, 2, bytes.length - 2);
            FakeBackend.drain(socket);
        });
    }

    /** Without an end, they would be kept until memory is full. */
    @ParameterizedTest
    @ValueSource(strings = {"X", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 407 "})
    void aMegabyteOfHeadersIsNotReadToItsEnd(String beginning) {
        fails("http://", "proxy_failed", "breaks the rules", socket -> {
            head(socket.getInputStream());
            say(socket, beginning + (beginning.endsWith("\n") ? "X: y\r\n" : "y").repeat(1 << 20));
            FakeBackend.drain(socket);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://", "socks5://"})
    void aProxyThatSaysNothingIsGivenUpByTheTimeoutOfTheConnect(String kind) {
        fails(kind, "proxy_timeout", "has not connected us within connect.timeout", FakeBackend::drain);
    }

    @Test
    void aProxyThatIsNotThereIsToldAndTakesNoServerOut() throws Exception {
        try (RefusedPort nobody = new RefusedPort();
                RunningProxy sallyport = proxy("http://", nobody.address())
                        .with("backends.app.passive-health { consecutive-failures = 1, ejection = 1h }")
                        .start()) {
            try (PlainClient client = PlainClient.connect(sallyport.address("plain"))) {
                client.readAll();
            }
            sallyport.awaitMetric(1, FAILURES, "reason", "proxy_unreachable");
            assertThat(sallyport.metric("sallyport_backend_ejections_total")).isZero();
        }
    }

    @Test
    void aHealthCheckTellsOfAProxyThatSaysNothing() {
        try (FakeBackend proxy = FakeBackend.running(FakeBackend::drain);
                RunningProxy sallyport = proxy("http://", proxy.address())
                        .with("backends.app.health-check { type = tcp, timeout = 1s }")
                        .start()) {
            await().untilAsserted(() -> assertThat(sallyport
                            .log()
                            .lines("not done within health-check.timeout: no connection from the proxy 127.0.0.1:"
                                    + proxy.address().getPort()))
                    .hasSize(1));
        }
    }

    @Test
    void healthChecksGoThroughTheProxy() throws Exception {
        List<String> heads = new CopyOnWriteArrayList<>();
        try (FakeBackend proxy = FakeBackend.running(socket -> {
                    heads.add(head(socket.getInputStream()));
                    say(socket, heads.size() < 3 ? OK : "HTTP/1.1 403 No\r\n\r\n");
                });
                RunningProxy sallyport = proxy("http://", proxy.address())
                        .with("backends.app.health-check { type = tcp, interval = 100ms, fall = 1 }")
                        .start()) {
            sallyport.awaitMetric(0, "sallyport_backend_up", "server", "db.invalid:5432");
            await().untilAsserted(() -> assertThat(heads).hasSizeGreaterThan(2));
            assertThat(heads).allMatch(head -> head.startsWith("CONNECT db.invalid:5432 "));
            await().untilAsserted(() ->
                    assertThat(sallyport.log().lines("the proxy answers 403")).isNotEmpty());
        }
    }

    @Test
    void aFileWithoutAPasswordIsToldWithTheRuleAndNotWithItsContent() throws Exception {
        RunningProxy.Builder builder = RunningProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1))
                .with(SERVER, "backends.app { via = \"http://me@127.0.0.1:1\", via-password-file = bad }");
        SecretFiles.write(builder.directory().resolve("bad"), "two\tparts\n");
        assertThatThrownBy(builder::start)
                .hasMessageContaining("printable ASCII characters on one line")
                .hasMessageNotContaining("parts");
    }

    private static void fails(String kind, String reason, String words, FakeBackend.Script script) {
        try (FakeBackend proxy = FakeBackend.running(script);
                RunningProxy sallyport = proxy(kind, proxy.address()).start()) {
            try (PlainClient client = PlainClient.connect(sallyport.address("plain"))) {
                assertThat(client.readAll().bytes()).isZero();
            }
            sallyport.awaitMetric(1, FAILURES, "reason", reason);
            assertThat(sallyport.metric(FAILURES)).isEqualTo(1);
            assertThat(sallyport.log().lines(words)).hasSize(1);
            assertThat(sallyport.awaitConnectionLine().text("reason")).isEqualTo("backend_unreachable");
            proxy.awaitOpen(0);
        }
    }

    private static RunningProxy.Builder proxy(String kindAndUser, InetSocketAddress proxy) {
        boolean hasUser = kindAndUser.endsWith("@");
        RunningProxy.Builder builder = RunningProxy.to(proxy)
                .with(
                        PLAIN,
                        SERVER,
                        "backends.app.connect { timeout = 2s, retries = 0 }",
                        "backends.app.via = \"" + kindAndUser + "127.0.0.1:" + proxy.getPort() + "\"");
        if (hasUser) {
            try {
                SecretFiles.write(builder.directory().resolve("pw"), "pass word\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            builder.with("backends.app.via-password-file = pw");
        }
        return builder;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String hex(DataInputStream in, int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** As far as the empty line, and no byte more. */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.US_ASCII);
    }
}
