package io.sallyport.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SinkBackend;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What becomes of the connections of a server that goes down. */
class OnDownTest {
    private static final String PLAIN = "listeners.plain { bind = \"127.0.0.1:0\", backend = app }";
    private static final String CLOSE = "backends.app.on-down = close";

    /** Says by HTTP whether another server is up. */
    private static final class Checks implements AutoCloseable {
        private final AtomicBoolean good = new AtomicBoolean(true);
        private final FakeBackend backend = FakeBackend.running(socket -> {
            socket.getInputStream().read();
            socket.getOutputStream()
                    .write(("HTTP/1.0 " + (good.get() ? 200 : 503) + " x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        });

        RunningProxy.Builder of(InetSocketAddress server) {
            return RunningProxy.to(server)
                    .with(
                            PLAIN,
                            "backends.app.health-check { type = http, interval = 100ms, fall = 1, rise = 1, port = "
                                    + backend.address().getPort() + " }");
        }

        @Override
        public void close() {
            backend.close();
        }
    }

    /** Cut, and never with an end that could be taken for a whole one. */
    @Test
    void closesThemOnBothSides() throws Exception {
        try (Checks checks = new Checks();
                SinkBackend server = new SinkBackend();
                RunningProxy proxy = checks.of(server.address()).with(CLOSE).start();
                TlsClient client = TlsClient.connect(proxy)) {
            client.send("insert");
            proxy.awaitMetric(6, "sallyport_bytes_total", "direction", "client_to_backend");

            checks.good.set(false);

            assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
            assertThat(server.await().end()).isEqualTo(Received.End.RESET);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_down");
            proxy.awaitMetric(1, "sallyport_connections_closed_total", "reason", "backend_down");
            proxy.awaitMetric(0, "sallyport_backend_connections_active");
        }
    }

    /** Where all are down, one of them may be a primary that was: it must not be written to. */
    @Test
    void givesAServerThatIsDownNothingEvenWhereNoOtherIsUp() {
        try (Checks checks = new Checks();
                FakeBackend server = FakeBackend.echo();
                RunningProxy proxy = checks.of(server.address()).with(CLOSE).start()) {
            checks.good.set(false);
            proxy.awaitMetric(0, "sallyport_backend_up");
            // The pool is told after the meter.
            await().until(() -> {
                PlainClient.connect(proxy.address("plain")).close();
                return proxy.metric("sallyport_backend_connect_failures_total", "reason", "out_of_service") > 0;
            });
            int before = server.accepted();
            try (PlainClient client = PlainClient.connect(proxy.address("plain"))) {
                assertThat(client.readAll().bytes()).isZero();
            }
            assertThat(server.accepted()).isEqualTo(before);
            assertThat(proxy.metric("sallyport_connections_closed_total", "reason", "backend_unreachable"))
                    .isPositive();

            checks.good.set(true);
            proxy.awaitMetric(1, "sallyport_backend_up");
            await().untilAsserted(() -> {
                try (PlainClient client = PlainClient.connect(proxy.address("plain"))) {
                    client.send("ping");
                    assertThat(client.readText(4)).isEqualTo("ping");
                }
            });
        }
    }

    @Test
    void keepsThemByDefaultAndClosesThemAfterAReloadThatSaysSo() {
        try (Checks checks = new Checks();
                FakeBackend server = FakeBackend.echo();
                RunningProxy proxy = checks.of(server.address())
                        .with("backends.app.on-down = keep")
                        .start();
                PlainClient client = PlainClient.connect(proxy.address("plain"))) {
            client.send("one");
            assertThat(client.readText(3)).isEqualTo("one");
            checks.good.set(false);
            proxy.awaitMetric(0, "sallyport_backend_up");
            client.send("two");
            assertThat(client.readText(3)).isEqualTo("two");

            proxy.edit(text -> text.replace("on-down = keep", "on-down = close"));
            assertThat(proxy.reload()).isTrue();

            assertThat(client.readAll().bytes()).isZero();
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_down");
        }
    }
}
