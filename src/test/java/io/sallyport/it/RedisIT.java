package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.Daemon;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.RunningProxy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers of Redis that change places: connections follow the master, which a check finds out in Redis' own words. */
class RedisIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void connectionsFollowTheMaster() {
        try (Daemon one = Daemon.redis(folder, "one");
                Daemon two = Daemon.redis(folder, "two")) {
            command(two, "REPLICAOF 127.0.0.1 " + one.address().getPort(), "+OK");
            try (RunningProxy proxy = RunningProxy.to(one.address())
                    .with(
                            "listeners.plain { bind = \"127.0.0.1:0\", backend = app }",
                            "backends.app.servers = [\"" + text(one) + "\", \"" + text(two) + "\"]",
                            "backends.app.on-down = close",
                            "backends.app.health-check { type = tcp, interval = 100ms, rise = 1, fall = 1,"
                                    + " send = \"INFO replication\\r\\nQUIT\\r\\n\", expect-text = \"role:master\" }")
                    .start()) {
                awaitMaster(proxy, one, two);
                assertWritesReach(proxy, one);
                try (PlainClient session = PlainClient.connect(proxy.address("plain"))) {
                    session.send("PING\r\n");
                    assertThat(session.readText(7)).isEqualTo("+PONG\r\n");

                    command(two, "REPLICAOF NO ONE", "+OK");
                    command(one, "REPLICAOF 127.0.0.1 " + two.address().getPort(), "+OK");

                    // No session stays with the one that takes no writes any more.
                    assertThat(session.readAll().bytes()).isZero();
                }
                proxy.awaitMetric(1, "sallyport_connections_closed_total", "reason", "backend_down");
                awaitMaster(proxy, two, one);
                assertWritesReach(proxy, two);
            }
        }
    }

    private static void awaitMaster(RunningProxy proxy, Daemon master, Daemon replica) {
        proxy.awaitMetric(1, "sallyport_backend_up", "server", text(master));
        proxy.awaitMetric(0, "sallyport_backend_up", "server", text(replica));
        // The pool is told after the meter. Until then they take turns.
        await().atMost(PATIENCE).until(() -> IntStream.range(0, 4).allMatch(turn -> isMaster(proxy.address("plain"))));
    }

    private static boolean isMaster(InetSocketAddress address) {
        return answer(address, "ROLE", 13).equals("*3\r\n$6\r\nmaste");
    }

    private static void assertWritesReach(RunningProxy proxy, Daemon master) {
        for (int i = 0; i < 6; i++) {
            String key = "key-" + master.address().getPort() + "-" + i;
            assertThat(answer(proxy.address("plain"), "SET " + key + " 1", 5)).isEqualTo("+OK\r\n");
            assertThat(answer(master.address(), "GET " + key, 7)).isEqualTo("$1\r\n1\r\n");
        }
    }

    private static void command(Daemon redis, String command, String answer) {
        assertThat(answer(redis.address(), command, answer.length())).isEqualTo(answer);
    }

    private static String answer(InetSocketAddress address, String command, int length) {
        try (PlainClient client = PlainClient.connect(address)) {
            client.send(command + "\r\n");
            return client.readText(length);
        }
    }

    private static String text(Daemon redis) {
        return "127.0.0.1:" + redis.address().getPort();
    }
}
