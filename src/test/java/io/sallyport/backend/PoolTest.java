package io.sallyport.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.FullListener;
import io.sallyport.testing.NamedBackend;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.ProxyUnderTest;
import io.sallyport.testing.RefusedPort;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Many servers behind one listener: who gets a connection, and what happens when one cannot be reached. */
final class PoolTest {
    /** Plain TCP in: what is tested here is behind the handshake. */
    private static final String PLAIN = "listeners.plain { bind = \"127.0.0.1:0\", backend = app }";

    private static final String EJECTS_NOBODY = "backends.app.passive-health.consecutive-failures = 0";

    @Test
    void roundRobinFollowsTheWeights() {
        try (NamedBackend a = new NamedBackend("a");
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy("{ address = " + a.server() + ", weight = 3 }", b.server())
                        .start()) {
            assertThat(counts(proxy, 16)).isEqualTo(Map.of("a", 12, "b", 4));
        }
    }

    @Test
    void leastConnectionsGoesToTheIdleServer() {
        try (NamedBackend a = new NamedBackend("a");
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy(a.server(), b.server())
                        .with("backends.app.balance = least-connections")
                        .start();
                PlainClient first = PlainClient.connect(proxy.address("plain"))) {
            String busy = first.readText(1);
            String idle = busy.equals("a") ? "b" : "a";

            for (int i = 0; i < 5; i++) {
                try (PlainClient next = PlainClient.connect(proxy.address("plain"))) {
                    assertThat(next.readText(1)).isEqualTo(idle);
                }
                proxy.awaitMetric(1, "sallyport_backend_connections_active");
            }
        }
    }

    @Test
    void sourceHashKeepsAClientAtItsServerAndMovesNobodyElse() {
        try (NamedBackend a = new NamedBackend("a");
                NamedBackend b = new NamedBackend("b");
                NamedBackend c = new NamedBackend("c");
                RunningProxy proxy = proxy(a.server(), b.server(), c.server())
                        .with("backends.app.balance = source-hash")
                        .start()) {
            Map<String, String> before = bySource(proxy);
            assertThat(before.values()).contains("a", "b", "c");
            assertThat(bySource(proxy)).isEqualTo(before);

            proxy.edit(text -> text.replace(", " + c.server(), ""));
            assertThat(proxy.reload()).isTrue();

            Map<String, String> after = bySource(proxy);
            before.forEach((source, server) -> {
                if (!server.equals("c")) {
                    assertThat(after).containsEntry(source, server);
                }
            });
        }
    }

    @Test
    void aServerThatRefusesCostsNoClientAnything() {
        try (RefusedPort dead = new RefusedPort();
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy(server(dead.address()), b.server())
                        .with(EJECTS_NOBODY)
                        .start()) {
            assertThat(counts(proxy, 10)).isEqualTo(Map.of("b", 10));
            proxy.awaitMetric(5, "sallyport_backend_connect_failures_total", "reason", "refused");
            assertThat(proxy.awaitConnectionLines(10)).allSatisfy(line -> {
                assertThat(line.text("server"))
                        .isEqualTo("127.0.0.1:" + b.address().getPort());
                assertThat(line.text("reason")).isIn("client_closed", "backend_closed", "client_reset");
            });
        }
    }

    @Test
    void aBlackholeIsLeftAfterTheConnectTimeoutAndNothingOfTheClientIsLost() throws Exception {
        try (FullListener blackhole = new FullListener();
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy(server(blackhole.address()), "{ address = " + b.server() + ", backup = on }")
                        .with("backends.app.connect.timeout = 200ms")
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            client.send("early");

            assertThat(client.readText(6)).isEqualTo("bearly");
            proxy.awaitMetric(1, "sallyport_backend_connect_failures_total", "reason", "timeout");
        }
    }

    @Test
    void noServerIsTriedTwiceForOneConnectionAndNoMoreThanRetriesSays() {
        try (RefusedPort one = new RefusedPort();
                RefusedPort two = new RefusedPort();
                RefusedPort three = new RefusedPort();
                RunningProxy proxy = proxy(server(one.address()), server(two.address()), server(three.address()))
                        .with(EJECTS_NOBODY, "backends.app.connect.retries = 1")
                        .start()) {
            assertThat(PlainClient.nameBehind(proxy.address("plain"))).isEmpty();
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_unreachable");
            proxy.awaitMetric(2, "sallyport_backend_connect_failures_total");

            proxy.edit(text -> text.replace("retries = 1", "retries = 20"));
            assertThat(proxy.reload()).isTrue();
            assertThat(PlainClient.nameBehind(proxy.address("plain"))).isEmpty();
            proxy.awaitMetric(5, "sallyport_backend_connect_failures_total");
        }
    }

    @Test
    void aClientThatLeavesDuringTheDialEndsIt() {
        try (FullListener blackhole = new FullListener();
                RunningProxy proxy = proxy(server(blackhole.address()))
                        .with("backends.app.connect.timeout = 1h")
                        .start()) {
            try (PlainClient client = PlainClient.connect(proxy.address("plain"))) {
                awaitStatus(proxy, "\"connections\":1");
                FakeBackend.reset(client.socket());
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }

            awaitStatus(proxy, "\"connections\":0");
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_reset");
        }
    }

    @Test
    void aServerThatFailsInARowIsLeftOutAndLetBackOnTrial() {
        try (RefusedPort dead = new RefusedPort();
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy(server(dead.address()), b.server())
                        .with("backends.app.passive-health { consecutive-failures = 2, ejection = 700ms }")
                        .start()) {
            failUntil(proxy, 1);
            proxy.awaitMetric(2, "sallyport_backend_connect_failures_total");
            assertThat(servers(proxy)).contains("\"state\":\"ejected\"");
            // Readiness is about this process.
            assertThat(proxy.get("/readyz").statusCode()).isEqualTo(200);

            awaitStatus(proxy, "\"state\":\"up\",\"connections\":0}]},{");
            // One more is enough now.
            double failures = proxy.metric("sallyport_backend_connect_failures_total");
            failUntil(proxy, 2);
            proxy.awaitMetric(failures + 1, "sallyport_backend_connect_failures_total");
            assertThat(proxy.log().values("failures")).containsExactly("2", "2");
        }
    }

    @Test
    void theLastServerThatIsLeftIsNeverEjected() {
        try (RefusedPort one = new RefusedPort();
                RefusedPort two = new RefusedPort();
                RunningProxy proxy = proxy(server(one.address()), server(two.address()))
                        .with("backends.app.passive-health {"
                                + " consecutive-failures = 1, ejection = 1h, max-ejected = 100% }")
                        .start()) {
            for (int i = 0; i < 5; i++) {
                assertThat(PlainClient.nameBehind(proxy.address("plain"))).isEmpty();
            }
            proxy.awaitMetric(1, "sallyport_backend_ejections_total");
            assertThat(proxy.get("/status").body()).containsOnlyOnce("\"ejected\"");
        }
    }

    @Test
    void noMoreOfABackendIsEjectedThanIsAllowed() {
        List<RefusedPort> dead = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            dead.add(new RefusedPort());
        }
        String[] servers = dead.stream().map(port -> server(port.address())).toArray(String[]::new);
        try (RunningProxy proxy = proxy(servers)
                .with("backends.app.passive-health { consecutive-failures = 1, ejection = 1h, max-ejected = 50% }")
                .start()) {
            for (int i = 0; i < 8; i++) {
                PlainClient.nameBehind(proxy.address("plain"));
            }
            proxy.awaitMetric(2, "sallyport_backend_ejections_total");
            assertThat(proxy.metric("sallyport_backend_connect_failures_total")).isGreaterThan(8);
            proxy.awaitMetric(2, "sallyport_backend_ejections_total");
        } finally {
            dead.forEach(RefusedPort::close);
        }
    }

    @Test
    void manyConnectionsToAServerThatFlapsAllReachTheOther() {
        try (FakeBackend closing = FakeBackend.closing();
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy =
                        proxy(server(closing.address()), b.server()).start()) {
            // Whoever accepts and closes is connected to: that end is the server's answer, and is relayed as it is.
            Map<String, Integer> counts = counts(proxy, 10);
            assertThat(counts).isEqualTo(Map.of("", 5, "b", 5));
            assertThat(proxy.metric("sallyport_backend_connect_failures_total")).isZero();

            closing.close();
            assertThat(counts(proxy, 10)).isEqualTo(Map.of("b", 10));
        }
    }

    @Test
    void whatIsKnownOfAServerOutlivesAReload() {
        try (RefusedPort dead = new RefusedPort();
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy(server(dead.address()), b.server())
                        .with("backends.app.passive-health { consecutive-failures = 1, ejection = 1h }")
                        .start();
                PlainClient open = PlainClient.connect(proxy.address("plain"))) {
            assertThat(open.readText(1)).isEqualTo("b");
            failUntil(proxy, 1);
            String before = servers(proxy);
            assertThat(before).contains("\"ejected\"").contains("\"connections\":1");

            proxy.edit(text -> text.replace("balance = round-robin", "balance = least-connections"));
            assertThat(proxy.reload()).isTrue();

            assertThat(servers(proxy)).isEqualTo(before);
            open.send("on");
            assertThat(open.readText(2)).isEqualTo("on");
        }
    }

    private static void failUntil(RunningProxy proxy, int ejections) {
        await().until(() -> {
            PlainClient.nameBehind(proxy.address("plain"));
            return proxy.metric("sallyport_backend_ejections_total") == ejections;
        });
    }

    private static void awaitStatus(RunningProxy proxy, String words) {
        await(words)
                .atMost(ProxyUnderTest.PATIENCE)
                .untilAsserted(() -> assertThat(servers(proxy)).contains(words));
    }

    private static String servers(RunningProxy proxy) {
        String status = proxy.get("/status").body().replaceAll("\\s", "");
        return status.substring(status.indexOf("\"backends\""));
    }

    private static RunningProxy.Builder proxy(String... servers) {
        return RunningProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1))
                .with(
                        PLAIN,
                        "backends.app.balance = round-robin",
                        "backends.app.servers = [" + String.join(", ", servers) + "]");
    }

    private static String server(InetSocketAddress address) {
        return "\"127.0.0.1:" + address.getPort() + "\"";
    }

    private static Map<String, Integer> counts(RunningProxy proxy, int connections) {
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < connections; i++) {
            counts.merge(PlainClient.nameBehind(proxy.address("plain")), 1, Integer::sum);
        }
        return counts;
    }

    private static Map<String, String> bySource(RunningProxy proxy) {
        Map<String, String> result = new HashMap<>();
        for (int i = 1; i <= 40; i++) {
            String source = "127.0.1." + i;
            try (PlainClient client = PlainClient.connectFrom(source, proxy.address("plain"))) {
                result.put(source, client.readText(1));
            }
        }
        return result;
    }
}
