package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.Daemon;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import io.sallyport.testing.UnixSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code redirect = https}, with real sockets and beside nginx and haproxy. */
final class RedirectTest {
    private static final String HTTP = "listeners.http { bind = \"127.0.0.1:0\", redirect = https }";
    private static final Pattern LOCATION = Pattern.compile("(?i)\r\nlocation: ([^\r]*)\r\n");

    private final FakeBackend backend = FakeBackend.echo();

    @AfterEach
    void close() {
        backend.close();
    }

    private RunningProxy start(String... settings) {
        return RunningProxy.to(backend.address()).with(HTTP).with(settings).start();
    }

    private static String request(String host, String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    }

    /** All that comes back. */
    private static String answer(InetSocketAddress address, String request) {
        try (PlainClient client = PlainClient.connect(address)) {
            client.send(request);
            return client.readText(1 << 16);
        }
    }

    /** The head alone, of a server that waits for another request behind it. */
    private static String head(InetSocketAddress address, String request) {
        try (PlainClient client = PlainClient.connect(address)) {
            client.send(request);
            StringBuilder head = new StringBuilder();
            for (String next = client.readText(1); !next.isEmpty(); next = client.readText(1)) {
                head.append(next);
                if (head.toString().endsWith("\r\n\r\n")) {
                    break;
                }
            }
            return head.toString();
        }
    }

    private static String location(String answer) {
        Matcher location = LOCATION.matcher(answer);
        return location.find() ? location.group(1) : "";
    }

    private static String location(RunningProxy proxy, String host) {
        return location(answer(proxy.address("http"), request(host, "/x?y=z")));
    }

    @Test
    void clientsAreLedToTheNamesOfCertificatesAndRoutesAlone() {
        String routes =
                "listeners.https.routes = [ { server-names = [\"api.example\", \"*.one.example\", \"**.any.example\"],"
                        + " passthrough = true, backend = app } ]";
        try (RunningProxy proxy = start(routes)) {
            String port = ":" + proxy.address().getPort();
            assertThat(location(proxy, "localhost")).isEqualTo("https://localhost/x?y=z");
            assertThat(location(proxy, "127.0.0.1:8080")).isEqualTo("https://127.0.0.1" + port + "/x?y=z");
            assertThat(location(proxy, "API.example")).isEqualTo("https://api.example/x?y=z");
            assertThat(location(proxy, "a.one.example:8080")).isEqualTo("https://a.one.example" + port + "/x?y=z");
            assertThat(location(proxy, "a.b.one.example")).isEmpty();
            assertThat(location(proxy, "a.b.any.example")).isEqualTo("https://a.b.any.example/x?y=z");
            assertThat(location(proxy, "any.example")).isEmpty();
            assertThat(location(proxy, "new.example")).isEmpty();

            proxy.edit(text -> text.replace("\"api.example\"", "\"new.example\""));
            assertThat(proxy.reload()).isTrue();

            assertThat(location(proxy, "new.example")).isEqualTo("https://new.example/x?y=z");
            assertThat(location(proxy, "api.example")).isEmpty();
            proxy.awaitMetric(6, "sallyport_connections_closed_total", "reason", "redirected");
            proxy.awaitMetric(4, "sallyport_connections_closed_total", "reason", "request_refused");
            assertThat(proxy.metric("sallyport_handshakes_total")).isZero();
        }
    }

    /** A reload makes a redirect of a listener that served, and takes it back. */
    @Test
    void aListenerBecomesARedirectAndServesAgain() {
        String other = "listeners.other { bind = \"127.0.0.1:0\", backend = app }";
        try (RunningProxy proxy = start(other)) {
            proxy.edit(text -> text.replace(
                    "listeners.other { bind = \"127.0.0.1:0\", backend = app",
                    "listeners.other {" + " bind = \"127.0.0.1:0\", redirect = https"));
            assertThat(proxy.reload()).isTrue();
            assertThat(answer(proxy.address("other"), request("localhost", "/")))
                    .startsWith("HTTP/1.1 308 ");
            assertThat(toldOfOther(proxy)).isEqualTo("https");

            proxy.edit(text -> text.replace(
                    "listeners.other { bind = \"127.0.0.1:0\", redirect = https",
                    "listeners.other {" + " bind = \"127.0.0.1:0\", backend = app"));
            assertThat(proxy.reload()).isTrue();
            try (PlainClient client = PlainClient.connect(proxy.address("other"))) {
                client.send("echo");
                assertThat(client.readText(4)).isEqualTo("echo");
            }
            assertThat(toldOfOther(proxy)).isEqualTo("off");
        }
    }

    private static String toldOfOther(RunningProxy proxy) {
        return LogLine.parse(proxy.get("/status").body()).text("listeners.other.redirect");
    }

    @Test
    void aClientThatSendsOnAndOnGetsItsWholeAnswerAndNoReset() throws Exception {
        try (RunningProxy proxy = start();
                PlainClient client = PlainClient.connect(proxy.address("http"))) {
            client.send("POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n");
            client.send("x".repeat(2_000_000));

            Received all = client.readAll();

            assertThat(all.end()).isEqualTo(Received.End.FIN);
            assertThat(all.bytes()).isPositive();
        }
    }

    @Test
    void aClientThatIsNotDoneInTimeIsClosedAndNoHandshakeHasFailed() {
        try (RunningProxy proxy = start("listeners.http.timeouts.handshake = 200ms");
                PlainClient slow = PlainClient.connect(proxy.address("http"));
                PlainClient silent = PlainClient.connect(proxy.address("http"))) {
            slow.send("GET / HTTP/1.1\r\nHost: loc");

            assertThat(slow.readAll().end()).isEqualTo(Received.End.FIN);
            assertThat(silent.readAll().end()).isEqualTo(Received.End.FIN);
            slow.sendFin();
            silent.sendFin();
            proxy.awaitMetric(2, "sallyport_connections_closed_total", "reason", "request_refused");
            assertThat(proxy.metric("sallyport_handshakes_total")).isZero();
        }
    }

    @Test
    void whoLeavesIsCountedByHowFarItCame() {
        try (RunningProxy proxy = start()) {
            PlainClient.connect(proxy.address("http")).close();
            proxy.awaitMetric(1, "sallyport_connections_closed_total", "reason", "bare_probe");
            try (PlainClient client = PlainClient.connect(proxy.address("http"))) {
                client.send("GET / HT");
                client.sendFin();
                // Netty takes a request that is cut off for one that is none.
                assertThat(client.readText(1 << 16)).doesNotContain("308");
            }
            proxy.awaitMetric(1, "sallyport_connections_closed_total", "reason", "request_refused");
        }
    }

    @Test
    void sourcesAndProxyHeadersCountAsElsewhere() {
        try (RunningProxy proxy = start("listeners.http { proxy-protocol { accept = on, trusted = [127.0.0.1] },"
                + " sources.deny = [192.0.2.66, 127.0.0.9] }")) {
            assertThat(answer(
                            proxy.address("http"),
                            "PROXY TCP4 192.0.2.1 127.0.0.1 4711 80\r\n" + request("localhost", "/")))
                    .startsWith("HTTP/1.1 308 ");
            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("client")).isEqualTo("192.0.2.1:4711");
            assertThat(line.text("reason")).isEqualTo("redirected");
            assertThat(answer(
                            proxy.address("http"),
                            "PROXY TCP4 192.0.2.66 127.0.0.1 4711 80\r\n" + request("localhost", "/")))
                    .isEmpty();
        } catch (UncheckedIOException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Test
    void aClientWithTlsHearsThatItIsWrongHere() {
        try (RunningProxy proxy = start()) {
            String said = new Openssl(proxy.directory())
                    .output(List.of(
                            "s_client",
                            "-connect",
                            "127.0.0.1:" + proxy.address("http").getPort()));

            assertThat(said).contains("unexpected message");
            proxy.awaitMetric(1, "sallyport_connections_closed_total", "reason", "request_refused");
        }
    }

    @Test
    void aUnixSocketIsRedirectedToo() throws IOException {
        try (RunningProxy proxy = start("listeners.local { bind = \"unix:http.sock\", redirect = https }")) {
            String said = UnixSocket.exchange(proxy.directory().resolve("http.sock"), request("localhost", "/"));

            assertThat(location(said)).isEqualTo("https://localhost/");
        }
    }

    /** Whatever we lead somewhere leads to the same place by the others; what they lead elsewhere we lead nowhere. */
    @Test
    void nothingIsLedElsewhereThanByNginxAndHaproxy(@TempDir Path directory) {
        List<String> good = List.of(
                request("localhost", "/"),
                request("localhost", "/a/b%20c?d=e&f=%0d%0aSet-Cookie:x"),
                request("LOCALHOST", "/"),
                request("localhost", "/a//b/../c?x=//evil.example"),
                "HEAD /x HTTP/1.0\r\nHost: localhost\r\n\r\n",
                "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nab");
        List<String> hostile = List.of(
                request("evil.example", "/"),
                request("localhost@evil.example", "/"),
                request("evil.example\\localhost", "/"),
                request("localhost", "//evil.example"),
                request("localhost", "/\\evil.example"),
                request("localhost", "http://evil.example/"),
                request("localhost\r\nHost: evil.example", "/"),
                request("[::1]", "/"),
                request("localhost", "/\u0001"),
                "GET / HTTP/1.1\r\n\r\n");
        try (RunningProxy proxy = start();
                Daemon nginx = Daemon.nginx(directory, port -> """
                        http {
                          access_log off;
                          server {
                            listen 127.0.0.1:%d;
                            server_name localhost;
                            return 308 https://$host$request_uri;
                          }
                        }
                        """.formatted(port));
                Daemon haproxy = Daemon.haproxy(directory, port -> """
                        frontend http
                          mode http
                          bind 127.0.0.1:%d
                          http-request redirect scheme https code 308
                        """.formatted(port))) {
            for (String each : good) {
                String ours = location(answer(proxy.address("http"), each));
                assertThat(ours).as(each).startsWith("https://localhost/");
                assertThat(location(head(nginx.address(), each)))
                        .as("nginx: " + each)
                        .isEqualTo(ours);
                assertThat(location(head(haproxy.address(), each)))
                        .as("haproxy: " + each)
                        .isEqualToIgnoringCase(ours);
            }
            List<String> led = new ArrayList<>();
            for (String each : hostile) {
                assertThat(location(answer(proxy.address("http"), each)))
                        .as(each)
                        .isEmpty();
                led.add(location(head(nginx.address(), each)));
                led.add(location(head(haproxy.address(), each)));
            }
            // The comparison means something: without names of their own they follow whatever they are told.
            assertThat(led).anyMatch(each -> each.startsWith("https://evil.example"));
        }
    }

    @Test
    void theListenersWithTlsServeBesides() {
        try (RunningProxy proxy = start();
                TlsClient client = TlsClient.connect(proxy)) {
            client.send("ping");
            assertThat(client.readText(4)).isEqualTo("ping");
        }
    }
}
