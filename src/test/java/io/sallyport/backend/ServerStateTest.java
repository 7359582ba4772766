package io.sallyport.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.NamedBackend;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.RefusedPort;
import io.sallyport.testing.RunningProxy;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Servers that an operator takes out of service, by the admin listener or by their weight. */
class ServerStateTest {
    private static final String PLAIN = "listeners.plain { bind = \"127.0.0.1:0\", backend = app }";

    private static final String CHECKED =
            "backends.app { on-down = close, health-check { type = tcp, interval = 100ms } }";

    @Test
    void aDrainedServerGetsNoNewConnectionsAndKeepsThoseItHas() {
        try (NamedBackend a = new NamedBackend("a");
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy(a, b).with(CHECKED).start();
                PlainClient one = PlainClient.connect(proxy.address("plain"));
                PlainClient other = PlainClient.connect(proxy.address("plain"))) {
            assertThat(one.readText(1) + other.readText(1)).isIn("ab", "ba");

            set(proxy, a, "drain");

            awaitServers(proxy, "b");
            assertThat(status(proxy)).contains("\"state\":\"drain\"").contains("\"connections\":1");
            proxy.awaitMetric(2, "sallyport_backend_connections_active");

            proxy.edit(text -> text.replace("interval = 100ms", "interval = 200ms"));
            assertThat(proxy.reload()).isTrue();
            awaitServers(proxy, "b");

            set(proxy, a, "ready");
            awaitServers(proxy, "ab");
            assertThat(proxy.log().values("state")).contains("drain", "ready");
        }
    }

    @Test
    void maintenanceEndsWhatOnDownEnds() {
        try (NamedBackend a = new NamedBackend("a");
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy(a, b).with(CHECKED).start();
                PlainClient one = PlainClient.connect(proxy.address("plain"));
                PlainClient other = PlainClient.connect(proxy.address("plain"))) {
            String name = one.readText(1);
            assertThat(name + other.readText(1)).isIn("ab", "ba");
            PlainClient onA = name.equals("a") ? one : other;

            set(proxy, a, "maintenance");

            assertThat(onA.readAll().bytes()).isZero();
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_down");
            awaitServers(proxy, "b");
            proxy.awaitMetric(1, "sallyport_backend_connections_active");
        }
    }

    @Test
    void maintenanceOfAServerWhoseConnectionsAreKeptIsADrain() {
        try (NamedBackend a = new NamedBackend("a");
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy(a, b).start();
                PlainClient one = PlainClient.connect(proxy.address("plain"));
                PlainClient other = PlainClient.connect(proxy.address("plain"))) {
            assertThat(one.readText(1) + other.readText(1)).isIn("ab", "ba");

            set(proxy, a, "maintenance");

            awaitServers(proxy, "b");
            proxy.awaitMetric(2, "sallyport_backend_connections_active");
            assertThat(proxy.metric("sallyport_connections_closed_total", "reason", "backend_down"))
                    .isZero();
        }
    }

    /** What somebody has taken out of service is not tried, however bad the rest is. */
    @Test
    void whereNoneIsInServiceConnectionsAreRefused() {
        try (NamedBackend a = new NamedBackend("a");
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy(a, b).start()) {
            set(proxy, a, "drain");
            set(proxy, b, "maintenance");

            awaitServers(proxy, "");
            assertThat(a.connections().open() + b.connections().open()).isZero();
            assertThat(proxy.metric("sallyport_backend_connect_failures_total", "reason", "out_of_service"))
                    .isPositive();
        }
    }

    @Test
    void aServerThatAReloadTookAwayComesBackReady() {
        try (NamedBackend a = new NamedBackend("a");
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy(a, b).start()) {
            set(proxy, a, "drain");
            awaitServers(proxy, "b");

            proxy.edit(text -> text.replace(", " + a.server() + "]", "]"));
            assertThat(proxy.reload()).isTrue();
            proxy.edit(text -> text.replace("[" + b.server() + "]", "[" + b.server() + ", " + a.server() + "]"));
            assertThat(proxy.reload()).isTrue();

            awaitServers(proxy, "ab");
        }
    }

    @Test
    void aServerWithoutWeightGetsNoneEvenWhereNoOtherCanBeReached() {
        try (NamedBackend a = new NamedBackend("a");
                NamedBackend b = new NamedBackend("b");
                RefusedPort dead = new RefusedPort();
                RunningProxy proxy = RunningProxy.to(a.address())
                        .with(
                                PLAIN,
                                "backends.app.servers = [{ address = " + a.server() + ", weight = 0 }, " + b.server()
                                        + "]")
                        .start()) {
            for (int i = 0; i < 4; i++) {
                assertThat(PlainClient.nameBehind(proxy.address("plain"))).isEqualTo("b");
            }

            proxy.edit(text ->
                    text.replace(b.server(), "\"127.0.0.1:" + dead.address().getPort() + "\""));
            assertThat(proxy.reload()).isTrue();

            assertThat(PlainClient.nameBehind(proxy.address("plain"))).isEmpty();
            assertThat(a.connections().accepted()).isZero();
        }
    }

    @Test
    void whatIsNotThereIsToldWithWhatIs() {
        try (NamedBackend a = new NamedBackend("a");
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy(a, b).start()) {
            assertThat(post(proxy, "/backends/web/servers/a:1?state=drain").body())
                    .isEqualTo("backend \"web\": none of that name (expected: one of [app])\n");
            assertThat(post(proxy, "/backends/app/servers/a:1?state=drain").body())
                    .startsWith("server \"a:1\": not in backend app (expected: one of [");
        }
    }

    private static RunningProxy.Builder proxy(NamedBackend a, NamedBackend b) {
        return RunningProxy.to(a.address())
                .with(PLAIN, "backends.app.servers = [" + b.server() + ", " + a.server() + "]");
    }

    private static void set(RunningProxy proxy, NamedBackend server, String state) {
        String path = "/backends/app/servers/127.0.0.1:" + server.address().getPort() + "?state=" + state;
        assertThat(post(proxy, path).statusCode()).isEqualTo(200);
    }

    private static HttpResponse<String> post(RunningProxy proxy, String path) {
        InetSocketAddress admin = proxy.adminAddress();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + admin.getAddress().getHostAddress() + ":" + admin.getPort() + path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient()
                .sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .join();
    }

    /** Until four in a row, which take turns, have gone to these and to no other. */
    private static void awaitServers(RunningProxy proxy, String names) {
        await().until(() -> {
            TreeSet<String> seen = new TreeSet<>();
            for (int i = 0; i < 4; i++) {
                seen.add(PlainClient.nameBehind(proxy.address("plain")));
            }
            return String.join("", seen).equals(names);
        });
    }

    private static String status(RunningProxy proxy) {
        return proxy.get("/status").body().replaceAll("\\s", "");
    }
}
