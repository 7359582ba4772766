package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.ChildProxy;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.HandshakeLoad;
import io.sallyport.testing.ProxyUnderTest;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.Samples;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The whole configuration is another at each reload: a listener goes and one comes, one moves, routes, backends, servers, limits
 * and the TLS profile change. {@code -Dsallyport.configurations} is how many reloads there are.
 */
final class ConfigurationReloadIT {
    private static final int RELOADS = Integer.getInteger("sallyport.configurations", 160);

    /** What is used after so many is what there may be at the end: by then the JVM has loaded what it needs. */
    private static final int WARM = 100;

    private static final int AT_ONCE = 4;

    /**
     * The heap is whole from the start, so that what grows is native memory; and nothing dead stays in it, as it else does but at
     * each fourth collection.
     */
    private static final String[] FIXED_HEAP = {
        "-XX:+UseSerialGC",
        "-XX:MarkSweepAlwaysCompactCount=1",
        "-Xms64m",
        "-Xmx64m",
        "-XX:+AlwaysPreTouch",
        "-XX:MaxDirectMemorySize=64m"
    };

    /** What the JVM compiles in the meantime counts too. */
    private static final long MOST_RESIDENT_GROWTH_KIB = 20 << 10;

    private static final long MOST_HEAP_GROWTH_BYTES = 1 << 20;

    private static final String EVEN = """
            limits.connections = 5000
            listeners.https {
              routes = [{ server-names = ["even.test"], backend = even }]
              tls.profile = intermediate
              limits { connections = 4000, handshakes-in-flight = 500 }
            }
            listeners.even { bind = "127.0.0.1:0", backend = even, tls.certificates = [{ chain = server0.crt, key = server0.key }] }
            listeners.moving { bind = "127.0.0.1:0", backend = app }
            backends.app { servers = ["127.0.0.1:%1$d"], balance = least-connections }
            backends.even { servers = ["127.0.0.1:%2$d"], health-check { type = tcp, interval = 100ms } }
            """;

    private static final String ODD = """
            listeners.https {
              routes = [{ server-names = ["odd.test", "*.odd.test"], backend = odd }]
              tls { profile = modern, alpn = [h2] }
              limits { connections = 3000, connections-per-source = 2000 }
              timeouts.idle = 10m
            }
            listeners.odd { bind = "127.0.0.1:0", backend = odd }
            listeners.moving { bind = "127.0.0.2:0", backend = odd }
            backends.app { servers = ["127.0.0.1:%1$d", "127.0.0.1:%2$d"], balance = source-hash }
            backends.odd { servers = ["127.0.0.1:%2$d"], connect.timeout = 2s }
            """;

    /** What must not grow. */
    private record Footprint(
            long heapBytes, long residentKib, double contexts, double threads, long descriptors, long samples) {

        static Footprint of(ChildProxy proxy) throws Exception {
            Process collect = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            String.valueOf(proxy.pid()),
                            "GC.run")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(collect.waitFor()).isZero();
            String metrics = proxy.get("/metrics").body();
            Samples samples = Samples.parse(metrics);
            return new Footprint(
                    (long) samples.sum("jvm_memory_used_bytes", "area", "heap"),
                    proxy.residentKib(),
                    samples.sum("sallyport_tls_contexts"),
                    samples.sum("jvm_threads_live_threads"),
                    descriptors(proxy),
                    metrics.lines()
                            .filter(line -> line.startsWith("sallyport_"))
                            .count());
        }

        private static long descriptors(ChildProxy proxy) throws IOException {
            try (Stream<Path> open = Files.list(Path.of("/proc/" + proxy.pid() + "/fd"))) {
                return open.count();
            }
        }
    }

    @Test
    void nobodyFailsAndNothingGrowsWhileTheWholeConfigurationChanges() throws Exception {
        try (FakeBackend first = FakeBackend.echo();
                FakeBackend second = FakeBackend.echo();
                ChildProxy proxy = RunningProxy.to(first.address()).startProcess(FIXED_HEAP);
                TlsClient lasting = TlsClient.connect(proxy)) {
            Configurations configurations = new Configurations(
                    proxy, first.address().getPort(), second.address().getPort());
            int handshakes = reload(proxy, configurations, 0, WARM, lasting);
            Footprint warm = Footprint.of(proxy);
            handshakes += reload(proxy, configurations, WARM, RELOADS, lasting);
            Footprint end = Footprint.of(proxy);
            System.out.printf("%d reloads, %d handshakes, none failed%n%s%n%s%n", RELOADS, handshakes, warm, end);

            assertThat(end.contexts).isEqualTo(warm.contexts);
            assertThat(end.threads).isEqualTo(warm.threads);
            assertThat(end.descriptors).isEqualTo(warm.descriptors);
            assertThat(end.samples).isEqualTo(warm.samples);
            assertThat(end.heapBytes - warm.heapBytes).isLessThan(MOST_HEAP_GROWTH_BYTES);
            assertThat(end.residentKib - warm.residentKib).isLessThan(MOST_RESIDENT_GROWTH_KIB);
            assertThat(proxy.metric("sallyport_handshakes_total", "result", "failure"))
                    .isZero();
            assertThat(proxy.metric("sallyport_reloads_total", "result", "failure"))
                    .isZero();
            assertThat(proxy.metric("sallyport_backend_connect_failures_total")).isZero();
        }
    }

    /** Reloads under load, from one count to another; gives how many handshakes there were. */
    private static int reload(ChildProxy proxy, Configurations configurations, int from, int to, TlsClient lasting)
            throws Exception {
        try (HandshakeLoad load =
                HandshakeLoad.on(proxy.address(), AT_ONCE, proxy.authority().certificate())) {
            for (int i = from; i < to; i++) {
                int before = load.done();
                configurations.serve(i);
                proxy.awaitMetric(i + 1, "sallyport_reloads_total", "result", "success");
                echo(lasting);
                try (TlsClient client = TlsClient.connect(proxy)) {
                    echo(client);
                    client.sendCloseNotify();
                    client.end();
                }
                await("handshakes")
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> load.done() >= before + AT_ONCE
                                || !load.failures().isEmpty());
                assertThat(load.failures()).isEmpty();
            }
            load.stop();
            assertThat(load.failures()).isEmpty();
            proxy.awaitMetric(1, "sallyport_connections_active");
            return load.done();
        }
    }

    private static void echo(TlsClient client) {
        client.send("ping");
        assertThat(client.readText(4)).isEqualTo("ping");
    }

    /** Two configurations that have one listener's address in common. */
    private static final class Configurations {
        private final ChildProxy proxy;
        private final Path file;
        private final String common;
        private final String even;
        private final String odd;

        Configurations(ChildProxy proxy, int first, int second) throws IOException {
            this.proxy = proxy;
            this.file = proxy.directory().resolve("sallyport.conf");
            String text = Files.readString(file);
            this.common = text.substring(0, text.lastIndexOf('}'));
            this.even = EVEN.formatted(first, second);
            this.odd = ODD.formatted(first, second);
        }

        void serve(int number) throws Exception {
            Files.writeString(file, common + (number % 2 == 0 ? even : odd) + "}\n");
            HttpRequest request = HttpRequest.newBuilder(URI.create(
                            "http://127.0.0.1:" + proxy.adminAddress().getPort() + "/reload"))
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            assertThat(ProxyUnderTest.HTTP
                            .send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(202);
        }
    }
}
