package io.sallyport.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.NamedBackend;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.RefusedPort;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Servers that may have only so many connections, and clients that wait for room at one. */
class MaxConnectionsTest {
    private static final String PLAIN = "listeners.plain { bind = \"127.0.0.1:0\", backend = app }";
    private static final String PATIENT = "backends.app.queue.deadline = 1h";
    private static final String WAITING = "sallyport_backend_queue_waiting";

    @Test
    void aServerNeverHasMoreAndEverybodyIsServedInTheEnd() {
        int clients = 12;
        try (FakeBackend server = FakeBackend.echo();
                RunningProxy proxy = proxy(limited(server.address(), 3)).start()) {
            List<PlainClient> open = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                open.add(PlainClient.connect(proxy.address("plain")));
                open.get(i).send("ping");
            }
            proxy.awaitMetric(clients - 3, WAITING);
            assertThat(proxy.get("/status").body().replaceAll("\\s", ""))
                    .contains("\"max_connections\":3")
                    .contains("\"backend_queues\":{\"app\":{\"waiting\":9,\"length\":1000,\"deadline_ms\":3600000}}");
            // Whoever is served says so, in whatever order the loops accepted them.
            while (!open.isEmpty()) {
                PlainClient next = open.stream()
                        .filter(MaxConnectionsTest::isServed)
                        .findFirst()
                        .orElse(null);
                if (next != null) {
                    // Not by what is open there: the server ends a connection in its own time.
                    assertThat(server.accepted()).isLessThanOrEqualTo(3 + clients - open.size());
                    assertThat(next.readText(4)).isEqualTo("ping");
                    next.close();
                    open.remove(next);
                }
            }
            proxy.awaitMetric(clients - 3, "sallyport_backend_queue_total", "result", "granted");
            proxy.awaitMetric(0, "sallyport_backend_connections_active");
            assertThat(proxy.metric("sallyport_backend_queue_duration_seconds_count"))
                    .isEqualTo(clients - 3);
            assertThat(proxy.metric(WAITING)).isZero();
        }
    }

    private static boolean isServed(PlainClient client) {
        try {
            return client.socket().getInputStream().available() > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aPlaceThatBecomesFreeGoesToWhoHasWaitedLongest() {
        try (NamedBackend a = new NamedBackend("a");
                RunningProxy proxy = proxy(limited(a.address(), 1)).start();
                PlainClient first = PlainClient.connect(proxy.address("plain"))) {
            assertThat(first.readText(1)).isEqualTo("a");
            try (PlainClient second = PlainClient.connect(proxy.address("plain"))) {
                proxy.awaitMetric(1, WAITING);
                try (PlainClient third = PlainClient.connect(proxy.address("plain"))) {
                    proxy.awaitMetric(2, WAITING);
                    first.close();
                    assertThat(second.readText(1)).isEqualTo("a");
                    proxy.awaitMetric(1, WAITING);
                    second.close();
                    assertThat(third.readText(1)).isEqualTo("a");
                }
            }
            assertThat(proxy.awaitConnectionLines(3))
                    .filteredOn(line -> line.has("queue_ms"))
                    .hasSize(2);
        }
    }

    /** It sees the end of a connection that was not cut, as where no server can be reached. */
    @Test
    void aClientWhoseTimeIsOverIsTurnedAway() {
        try (FakeBackend server = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(server.address())
                        .with(
                                "backends.app.servers = [" + limited(server.address(), 1) + "]",
                                "backends.app.queue.deadline = 300ms")
                        .start();
                TlsClient first = TlsClient.connect(proxy)) {
            proxy.awaitMetric(1, "sallyport_backend_connections_active");
            try (TlsClient second = TlsClient.connect(proxy)) {
                second.send("early");

                assertThat(second.end()).isEqualTo(StreamEnd.CLEAN);
            }
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("queue_timeout");
            proxy.awaitMetric(1, "sallyport_backend_queue_total", "result", "timeout");
            proxy.awaitMetric(1, "sallyport_connections_closed_total", "reason", "queue_timeout");
            first.send("ping");
            assertThat(first.readText(4)).isEqualTo("ping");
        }
    }

    @Test
    void whoFindsTheLineFullIsTurnedAwayAtOnce() {
        try (NamedBackend a = new NamedBackend("a");
                RunningProxy proxy = proxy(limited(a.address(), 1))
                        .with("backends.app.queue.length = 1")
                        .start();
                PlainClient first = PlainClient.connect(proxy.address("plain"))) {
            assertThat(first.readText(1)).isEqualTo("a");
            try (PlainClient second = PlainClient.connect(proxy.address("plain"))) {
                proxy.awaitMetric(1, WAITING);
                try (PlainClient third = PlainClient.connect(proxy.address("plain"))) {
                    assertThat(third.readAll().bytes()).isZero();
                }
                assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("queue_full");
                proxy.awaitMetric(1, "sallyport_backend_queue_total", "result", "full");
                first.close();
                assertThat(second.readText(1)).isEqualTo("a");
            }
        }
    }

    /** Behind what a client of a database has said first. */
    @Test
    void aClientThatLeavesGivesItsPlaceInTheLineUp() {
        try (FakeBackend server = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(server.address())
                        .with(
                                "backends.app.servers = [" + limited(server.address(), 1) + "]",
                                PATIENT,
                                "backends.app.queue.length = 1")
                        .start();
                TlsClient first = TlsClient.connect(proxy)) {
            proxy.awaitMetric(1, "sallyport_backend_connections_active");
            try (TlsClient leaver = TlsClient.connect(proxy)) {
                proxy.awaitMetric(1, WAITING);
                leaver.send("user=app");
            }
            proxy.awaitMetric(0, WAITING);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("queue_left");
            TlsClient reset = TlsClient.connect(proxy);
            proxy.awaitMetric(1, WAITING);
            reset.reset();
            proxy.awaitMetric(2, "sallyport_backend_queue_total", "result", "left");
            proxy.awaitMetric(0, WAITING);

            try (TlsClient next = TlsClient.connect(proxy)) {
                proxy.awaitMetric(1, WAITING);
                next.send("ping");
                first.close();
                assertThat(next.readText(4)).isEqualTo("ping");
            }
            assertThat(server.accepted()).isEqualTo(2);
        }
    }

    @Test
    void aDialThatFailsGivesItsPlaceBackAndItsClientGoesOn() {
        try (RefusedPort dead = new RefusedPort();
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy(limited(dead.address(), 1), limited(b.address(), 1))
                        .with("backends.app.passive-health.consecutive-failures = 0")
                        .start();
                PlainClient first = PlainClient.connect(proxy.address("plain"))) {
            assertThat(first.readText(1)).isEqualTo("b");
            try (PlainClient second = PlainClient.connect(proxy.address("plain"))) {
                proxy.awaitMetric(1, WAITING);
                first.close();
                assertThat(second.readText(1)).isEqualTo("b");
                assertThat(proxy.get("/status").body().replaceAll("\\s", ""))
                        .contains("\"address\":\"127.0.0.1:" + dead.address().getPort()
                                + "\",\"state\":\"up\",\"connections\":0");
            }
        }
    }

    @Test
    void aReloadThatRaisesTheLimitServesThoseWhoWait() {
        try (NamedBackend a = new NamedBackend("a");
                RunningProxy proxy = proxy(limited(a.address(), 1)).start();
                PlainClient first = PlainClient.connect(proxy.address("plain"))) {
            assertThat(first.readText(1)).isEqualTo("a");
            try (PlainClient second = PlainClient.connect(proxy.address("plain"))) {
                proxy.awaitMetric(1, WAITING);
                proxy.edit(text -> text.replace("max-connections = 1", "max-connections = 2"));
                assertThat(proxy.reload()).isTrue();

                assertThat(second.readText(1)).isEqualTo("a");
                proxy.awaitMetric(0, WAITING);
            }
        }
    }

    /** The header that announces it is what the new configuration says, too. */
    @Test
    void aReloadThatMovesABackendMovesThoseWhoWait() {
        try (NamedBackend a = new NamedBackend("a");
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy(limited(a.address(), 1)).start();
                PlainClient first = PlainClient.connect(proxy.address("plain"))) {
            assertThat(first.readText(1)).isEqualTo("a");
            try (PlainClient second = PlainClient.connect(proxy.address("plain"))) {
                proxy.awaitMetric(1, WAITING);
                proxy.edit(text -> text.replace(a.server(), b.server()));
                assertThat(proxy.reload()).isTrue();

                assertThat(second.readText(1)).isEqualTo("b");
            }
            first.send("on");
            assertThat(first.readText(2)).isEqualTo("on");
        }
    }

    @Test
    void whoWaitsForABackendThatAReloadTakesAwayIsTurnedAway() {
        try (NamedBackend a = new NamedBackend("a");
                NamedBackend b = new NamedBackend("b");
                RunningProxy proxy = proxy(limited(a.address(), 1))
                        .with("backends.other.servers = [" + b.server() + "]")
                        .start();
                PlainClient first = PlainClient.connect(proxy.address("plain"))) {
            assertThat(first.readText(1)).isEqualTo("a");
            try (PlainClient second = PlainClient.connect(proxy.address("plain"))) {
                proxy.awaitMetric(1, WAITING, "backend", "app");
                proxy.edit(text ->
                        text.replace("backend = app", "backend = other").replaceAll("(?m)^.*backends\\.app.*$", ""));
                assertThat(proxy.reload()).isTrue();

                assertThat(second.readAll().bytes()).isZero();
                assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_unreachable");
            }
            assertThat(PlainClient.nameBehind(proxy.address("plain"))).isEqualTo("b");
        }
    }

    @Test
    void aDrainServesThoseWhoWait() {
        try (NamedBackend a = new NamedBackend("a");
                RunningProxy proxy = proxy(limited(a.address(), 1)).start();
                PlainClient first = PlainClient.connect(proxy.address("plain"))) {
            assertThat(first.readText(1)).isEqualTo("a");
            try (PlainClient second = PlainClient.connect(proxy.address("plain"))) {
                proxy.awaitMetric(1, WAITING);
                CompletableFuture<Boolean> drained = proxy.drain();
                first.close();
                assertThat(second.readText(1)).isEqualTo("a");
                second.close();
                assertThat(drained.join()).isTrue();
            }
        }
    }

    @Test
    void aLineThatNobodyWillEverStandInIsWarnedOf() {
        try (NamedBackend a = new NamedBackend("a")) {
            String warning = "backends.app.queue: nobody waits, since no server has a limit"
                    + " (expected: servers with max-connections)";
            try (RunningProxy proxy = proxy(a.server()).start()) {
                assertThat(proxy.log().lines(warning)).hasSize(1);
            }
            try (RunningProxy proxy = RunningProxy.to(a.address())
                    .with(
                            "defaults.backend.queue.length = 5",
                            "backends.other.servers = [" + limited(a.address(), 1) + "]")
                    .start()) {
                assertThat(proxy.log().lines("nobody waits")).isEmpty();
            }
        }
    }

    @Test
    void limitsThatMeanNothingAreRefused() {
        try (NamedBackend a = new NamedBackend("a")) {
            assertThatThrownBy(() -> proxy(limited(a.address(), -1)).start())
                    .hasMessageContaining("backends.app.servers[0].max-connections: \"-1\""
                            + " (expected: a whole number, 0 or more)");
        }
    }

    private static RunningProxy.Builder proxy(String... servers) {
        return RunningProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1))
                .with(PLAIN, "backends.app.servers = [" + String.join(", ", servers) + "]", PATIENT);
    }

    private static String limited(InetSocketAddress server, int most) {
        return "{ address = \"127.0.0.1:" + server.getPort() + "\", max-connections = " + most + " }";
    }
}
