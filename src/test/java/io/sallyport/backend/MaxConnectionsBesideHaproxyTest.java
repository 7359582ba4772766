package io.sallyport.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.Daemon;
import io.sallyport.testing.NamedBackend;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients see of servers that are full, beside haproxy's {@code maxconn} and {@code timeout queue}. */
class MaxConnectionsBesideHaproxyTest {
    private static final int BLINK_MILLIS = 200;

    @TempDir
    Path directory;

    @Test
    void aPlaceGoesToWhoHasWaitedLongest() {
        beside("", "1h", List.of("max-connections = 1"), List.of("maxconn 1"), (address, waiting) -> {
            try (PlainClient first = PlainClient.connect(address)) {
                assertThat(first.readText(1)).isEqualTo("a");
                try (PlainClient second = PlainClient.connect(address)) {
                    waiting.accept(1);
                    try (PlainClient third = PlainClient.connect(address)) {
                        waiting.accept(2);
                        assertThat(isServed(second)).isFalse();
                        first.close();
                        assertThat(second.readText(1)).isEqualTo("a");
                        assertThat(isServed(third)).isFalse();
                        second.close();
                        assertThat(third.readText(1)).isEqualTo("a");
                    }
                }
            }
        });
    }

    @Test
    void whoseTimeIsOverIsClosedWithoutAByte() {
        beside("", "300ms", List.of("max-connections = 1"), List.of("maxconn 1"), (address, waiting) -> {
            try (PlainClient first = PlainClient.connect(address)) {
                assertThat(first.readText(1)).isEqualTo("a");
                try (PlainClient second = PlainClient.connect(address)) {
                    assertThat(second.readAll().bytes()).isZero();
                }
                first.send("ping");
                assertThat(first.readText(4)).isEqualTo("ping");
            }
        });
    }

    @Test
    void aFullServerIsPassedOverWhileAnotherHasRoom() {
        beside(
                "",
                "1h",
                List.of("max-connections = 1", "weight = 1"),
                List.of("maxconn 1", "maxconn 9"),
                (address, waiting) -> {
                    try (PlainClient first = PlainClient.connect(address);
                            PlainClient second = PlainClient.connect(address);
                            PlainClient third = PlainClient.connect(address)) {
                        assertThat(List.of(first.readText(1), second.readText(1), third.readText(1)))
                                .containsExactlyInAnyOrder("a", "b", "b");
                    }
                });
    }

    @Test
    void aBackupIsNoOverflow() {
        beside(
                "",
                "300ms",
                List.of("max-connections = 1", "backup = on"),
                List.of("maxconn 1", "backup"),
                (address, waiting) -> {
                    try (PlainClient first = PlainClient.connect(address)) {
                        assertThat(first.readText(1)).isEqualTo("a");
                        try (PlainClient second = PlainClient.connect(address)) {
                            assertThat(second.readAll().bytes()).isZero();
                        }
                    }
                });
    }

    /** The one difference: haproxy's client waits for its own server, ours goes to the next in its own order. */
    @Test
    void aClientWhoseServerByItsAddressIsFull() {
        try (Pair servers = new Pair();
                Daemon haproxy = haproxy(servers, "balance source", "300ms", List.of("maxconn 1", "maxconn 1"));
                RunningProxy ours = ours(
                        servers,
                        "backends.app.balance = source-hash",
                        "1h",
                        List.of("max-connections = 1", "max-connections = 1"))) {
            try (PlainClient first = PlainClient.connect(haproxy.address());
                    PlainClient second = PlainClient.connect(haproxy.address())) {
                assertThat(first.readText(1)).isIn("a", "b");
                assertThat(second.readAll().bytes()).isZero();
            }
            try (PlainClient first = PlainClient.connect(ours.address("plain"));
                    PlainClient second = PlainClient.connect(ours.address("plain"))) {
                assertThat(first.readText(1) + second.readText(1)).isIn("ab", "ba");
            }
        }
    }

    /** Two servers, or one. */
    private static final class Pair implements AutoCloseable {
        private final NamedBackend a = new NamedBackend("a");
        private final NamedBackend b = new NamedBackend("b");

        int port(int index) {
            return (index == 0 ? a : b).address().getPort();
        }

        @Override
        public void close() {
            a.close();
            b.close();
        }
    }

    private void beside(
            String settings,
            String deadline,
            List<String> ours,
            List<String> haproxys,
            BiConsumer<InetSocketAddress, IntConsumer> scenario) {
        try (Pair servers = new Pair();
                Daemon haproxy = haproxy(servers, "balance roundrobin", deadline, haproxys)) {
            // One thread, which accepts in the order of the kernel.
            scenario.accept(haproxy.address(), count -> {});
        }
        try (Pair servers = new Pair();
                RunningProxy proxy = ours(servers, settings, deadline, ours)) {
            scenario.accept(
                    proxy.address("plain"), count -> proxy.awaitMetric(count, "sallyport_backend_queue_waiting"));
        }
    }

    private Daemon haproxy(Pair servers, String balance, String deadline, List<String> limits) {
        return Daemon.haproxy(
                directory,
                port -> "  timeout queue " + deadline + "\nglobal\n  nbthread 1\nlisten l\n  bind 127.0.0.1:" + port
                        + "\n  " + balance + "\n"
                        + lines(
                                limits,
                                i -> "  server s" + i + " 127.0.0.1:" + servers.port(i) + " " + limits.get(i) + "\n"));
    }

    private static RunningProxy ours(Pair servers, String settings, String deadline, List<String> limits) {
        return RunningProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1))
                .with(
                        "listeners.plain { bind = \"127.0.0.1:0\", backend = app }",
                        "backends.app.servers = ["
                                + lines(
                                        limits,
                                        i -> "{ address = \"127.0.0.1:" + servers.port(i) + "\", " + limits.get(i)
                                                + " },")
                                + "]",
                        "backends.app.queue.deadline = " + deadline,
                        settings)
                .start();
    }

    private static String lines(List<String> limits, IntFunction<String> line) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < limits.size(); i++) {
            text.append(line.apply(i));
        }
        return text.toString();
    }

    /** Whether its server says something soon. A machine that is too busy for that only hides a fault. */
    private static boolean isServed(PlainClient client) {
        try {
            int patience = client.socket().getSoTimeout();
            client.socket().setSoTimeout(BLINK_MILLIS);
            try {
                return client.socket().getInputStream().read() >= 0;
            } catch (SocketTimeoutException e) {
                return false;
            } finally {
                client.socket().setSoTimeout(patience);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
