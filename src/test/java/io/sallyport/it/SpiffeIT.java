package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.WorkloadServer;
import io.sallyport.testing.WorkloadServer.Svid;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tunnel of two Sallyports that know each other by their SPIFFE IDs, while their agents give them new ones. */
final class SpiffeIT {
    private static final CertificateAuthority DOMAIN = CertificateAuthority.create("Tunnel Domain");
    private static final String NEAR = "spiffe://tunnel/near";
    private static final String FAR = "spiffe://tunnel/far";
    private static final int ROTATIONS = 4;
    private static final long ROTATION_SECONDS = 2;

    @TempDir
    private Path directory;

    @Test
    void svidsAreRotatedOnBothEndsAndNoConnectionFails() throws Exception {
        Path nearSocket = directory.resolve("near.sock");
        Path farSocket = directory.resolve("far.sock");
        try (WorkloadServer nearAgent = WorkloadServer.at(nearSocket, Svid.of(NEAR, DOMAIN));
                WorkloadServer farAgent = WorkloadServer.at(farSocket, Svid.of(FAR, DOMAIN));
                FakeBackend service = FakeBackend.echo();
                RunningProxy far = RunningProxy.to(service.address())
                        .with(
                                "listeners.https.tls { certificates = [{ spiffe = on }], client-auth { mode = require,"
                                        + " trust-anchors = [spiffe], allow = [{ uri = \"" + NEAR + "\" }] } }",
                                "spiffe.endpoint-socket = \"unix://" + farSocket + "\"")
                        .start();
                RunningProxy near = RunningProxy.to(far.address())
                        .with(
                                "listeners.plain { bind = \"127.0.0.1:0\", backend = app }",
                                "backends.app.tls { enabled = on, trust-anchors = [spiffe],"
                                        + " certificates = [{ spiffe = on }], allow = [{ uri = \"" + FAR + "\" }] }",
                                "spiffe.endpoint-socket = \"unix://" + nearSocket + "\"")
                        .start();
                PlainClient lasting = PlainClient.connect(near.address("plain"));
                Load load = new Load(near, 4)) {
            for (int i = 1; i <= ROTATIONS; i++) {
                int before = load.done();
                TimeUnit.SECONDS.sleep(ROTATION_SECONDS);
                nearAgent.give(Svid.of(NEAR, DOMAIN));
                farAgent.give(Svid.of(FAR, DOMAIN));
                far.awaitMetric(i, "sallyport_reloads_total", "result", "success");
                near.awaitMetric(i, "sallyport_reloads_total", "result", "success");
                lasting.send("ping");
                assertThat(lasting.readText(4)).isEqualTo("ping");
                await().until(() -> load.done() > before);
            }
            load.stop();

            assertThat(load.failures()).isEmpty();
            assertThat(far.metric("sallyport_handshakes_total", "result", "failure"))
                    .isZero();
            assertThat(near.metric("sallyport_backend_connect_failures_total")).isZero();
            assertThat(near.metric("sallyport_spiffe_updates_total", "result", "success"))
                    .isEqualTo(ROTATIONS + 1);
        }
    }

    /** Connections through the tunnel, one after the other on each thread. */
    private static final class Load implements AutoCloseable {
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final AtomicInteger done = new AtomicInteger();
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final Thread[] threads;

        private Load(RunningProxy near, int atOnce) {
            threads = new Thread[atOnce];
            for (int i = 0; i < atOnce; i++) {
                threads[i] = new Thread(() -> run(near), "tunnel-load-" + i);
                threads[i].start();
            }
        }

        private void run(RunningProxy near) {
            while (!stopped.get()) {
                try (PlainClient client = PlainClient.connect(near.address("plain"))) {
                    client.send("ping");
                    String answer = client.readText(4);
                    if (answer.equals("ping")) {
                        done.incrementAndGet();
                    } else {
                        failures.add("\"" + answer + "\"");
                    }
                    // A small load: the machine has other things to do.
                    TimeUnit.MILLISECONDS.sleep(10);
                } catch (InterruptedException e) {
                    return;
                } catch (RuntimeException e) {
                    failures.add(e.toString());
                }
            }
        }

        private int done() {
            return done.get();
        }

        private Queue<String> failures() {
            return failures;
        }

        private void stop() throws InterruptedException {
            stopped.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }

        @Override
        public void close() throws InterruptedException {
            stop();
        }
    }
}
