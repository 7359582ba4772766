package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.ChildProxy;
import io.sallyport.testing.Crowd;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Payload;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.Stuck;
import io.sallyport.testing.TlsClient;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A process of little memory against clients that make it hold as much as they can. {@code -Dsallyport.crowd} is how many
 * there are: 2000 when nothing is said.
 */
class MemoryIT {
    private static final int CROWD = Integer.getInteger("sallyport.crowd", 2000);
    private static final long DIRECT = 64 << 20;

    /** What a client sends to a backend that does not read fills two of the kernel's buffers first: megabytes for each. */
    private static final int FEW = CROWD / 8;

    private static final long LITTLE = 24 << 20;
    private static final int RECORD = 16 * 1024;

    /** A proxy whose listener {@code https} leads to the crowd's backend, and {@code quiet} to another one. */
    private static ChildProxy proxy(Crowd crowd, FakeBackend quiet, long direct) {
        return RunningProxy.to(crowd.backend())
                .with(
                        "event-loops = 1",
                        // What one connection may hold is tried here: so small a heap would be given fewer of them.
                        "limits.connections = 0",
                        "log.level = info",
                        "access-log.target = none",
                        "listeners.https.timeouts.handshake = 5m",
                        "listeners.quiet = ${sallyport.listeners.https} { backend = quiet }",
                        "backends.quiet.servers = [\"127.0.0.1:"
                                + quiet.address().getPort() + "\"]")
                .startProcess("-XX:+UseSerialGC", "-Xmx64m", "-XX:MaxDirectMemorySize=" + direct);
    }

    private static void echo(TlsClient client) {
        client.send("still there");
        assertThat(client.readText(11)).isEqualTo("still there");
    }

    private static long used(ChildProxy proxy) {
        return (long) proxy.metric("sallyport_direct_memory_used_bytes");
    }

    private static void assertOthersAreServed(ChildProxy proxy, TlsClient before) {
        echo(before);
        try (TlsClient after = TlsClient.open(proxy.listener("quiet"), proxy.authority())) {
            after.handshake();
            echo(after);
        }
        assertThat(proxy.isAlive()).isTrue();
        assertThat(proxy.logLines("internal error")).isEmpty();
    }

    @Test
    void clientsThatNeverReadTakeNoMoreThanThereIs() {
        try (FakeBackend quiet = FakeBackend.echo();
                Crowd crowd = new Crowd(Crowd.Backend.SENDS);
                ChildProxy proxy = proxy(crowd, quiet, DIRECT)) {
            try (TlsClient before = TlsClient.open(proxy.listener("quiet"), proxy.authority())) {
                before.handshake();
                crowd.join(proxy, CROWD);
                Stuck.await(() -> proxy.metric("sallyport_bytes_total", "direction", "backend_to_client"));

                assertThat(used(proxy)).isLessThan(DIRECT);
                assertThat(crowd.connected())
                        .as(
                                "connected; refused by limits: %s",
                                proxy.metric("sallyport_limit_rejections_total", "listener", "https"))
                        .isEqualTo(CROWD);
                assertOthersAreServed(proxy, before);
            }
            crowd.close();
        }
    }

    @Test
    void clientsWhoseBackendNeverReadsTakeNoMoreThanThereIs() {
        try (FakeBackend quiet = FakeBackend.echo();
                Crowd crowd = new Crowd(Crowd.Backend.FROZEN);
                ChildProxy proxy = proxy(crowd, quiet, LITTLE)) {
            try (TlsClient before = TlsClient.open(proxy.listener("quiet"), proxy.authority())) {
                before.handshake();
                crowd.join(proxy, FEW);
                crowd.send(RECORD);
                Stuck.await(() -> proxy.metric("sallyport_bytes_total", "direction", "client_to_backend"));

                assertThat(used(proxy)).isLessThan(LITTLE);
                assertThat(crowd.connected()).isEqualTo(FEW);
                assertOthersAreServed(proxy, before);
            }
            crowd.close();
        }
    }

    /** Of TLS 1.2 without tickets, each with a chain that nobody has judged: it may be of 64 KiB. */
    @Test
    void strangersFillNoMoreThanAShareOfTheMemoryWithSessions() {
        try (FakeBackend backend = FakeBackend.source(new Payload(1), 16);
                ChildProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                "listeners.https.tls.client-auth.mode = unverified",
                                IntStream.range(0, 20)
                                        .mapToObj(i -> "listeners.more" + i
                                                + " = ${sallyport.listeners.https} { bind = \"127.0.0.1:0\" }")
                                        .collect(Collectors.joining("\n")))
                        .startProcess("-XX:+UseSerialGC", "-Xmx32m")) {
            assertThat(session(proxy, "-sess_out", "first")).contains("New, TLS");
            assertThat(session(proxy, "-sess_in", "first")).contains("Reused, TLS");
            for (int i = 0; i < 10; i++) {
                assertThat(session(proxy, "-sess_out", "last")).contains("New, TLS");
            }

            assertThat(session(proxy, "-sess_in", "last")).contains("Reused, TLS");
            assertThat(session(proxy, "-sess_in", "first")).contains("New, TLS");
        }
    }

    private static String session(ChildProxy proxy, String option, String name) {
        return new Openssl(proxy.directory())
                .output(List.of(
                        "s_client",
                        "-ign_eof",
                        "-connect",
                        "127.0.0.1:" + proxy.address().getPort(),
                        "-tls1_2",
                        "-no_ticket",
                        option,
                        name));
    }

    @Test
    void clientsThatDribbleTakeLittleAndNobodysPlace() {
        try (FakeBackend quiet = FakeBackend.echo();
                Crowd crowd = new Crowd(Crowd.Backend.ECHOES);
                ChildProxy proxy = proxy(crowd, quiet, DIRECT)) {
            try (TlsClient before = TlsClient.open(proxy.listener("quiet"), proxy.authority());
                    TlsClient hello = TlsClient.open(proxy.listener("quiet"), proxy.authority())) {
                before.handshake();
                byte[] start = Arrays.copyOf(hello.clientHello(), 20);
                crowd.dribble(proxy, CROWD, start);
                proxy.awaitMetric(CROWD + 2, "sallyport_connections_active");

                assertThat(used(proxy)).isLessThan(DIRECT / 2);
                assertThat(crowd.connected()).isEqualTo(CROWD);
                assertOthersAreServed(proxy, before);
            }
            crowd.close();
        }
    }
}
