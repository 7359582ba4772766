package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.EachTlsVersion;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.RefusedPort;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Backends that are not what they should be. */
class BackendFailureTest {

    @EachTlsVersion
    void refusedConnectionIsToldToTheClientAtOnce(String version) {
        try (RefusedPort backend = new RefusedPort();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("reason")).isEqualTo("backend_unreachable");
            assertThat(line.text("closed_by")).isEqualTo("backend");
            proxy.awaitMetric(1, "sallyport_backend_connect_failures_total", "reason", "refused");
            assertThat(proxy.log().values("reason")).containsExactly("refused");
        }
    }

    @Test
    void manyFailuresAreALineASecondThatTellsHowManyWereLeftOut() {
        try (RefusedPort backend = new RefusedPort();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            AtomicInteger failures = new AtomicInteger();
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        try (TlsClient client = TlsClient.connect(proxy)) {
                            client.end();
                        }
                        failures.incrementAndGet();
                        return proxy.log().values("left_out").size() == 2;
                    });

            assertThat(proxy.log().values("left_out")).containsExactly("0", String.valueOf(failures.get() - 2));
            proxy.awaitMetric(failures.get(), "sallyport_backend_connect_failures_total", "reason", "refused");
        }
    }

    @EachTlsVersion
    void requestToARefusedBackendDoesNotTurnTheCloseIntoAReset(String version) {
        try (RefusedPort backend = new RefusedPort();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), version)) {
            client.handshake(new byte[100_000]);

            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
        }
    }

    @EachTlsVersion
    void backendThatClosesAtOnceEndsTheClientInOrder(String version) {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            client.sendCloseNotify();
            client.close();

            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_closed");
        }
    }

    @EachTlsVersion
    void backendThatResetsAtOnceEndsTheClient(String version) {
        try (FakeBackend backend = FakeBackend.resetting();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            StreamEnd end = client.end();

            // Where the reset is there before the dial is over, the kernel reports a dial that failed.
            String reason = proxy.awaitConnectionLine().text("reason");
            assertThat(reason).isIn("backend_reset", "backend_unreachable");
            assertThat(end).isEqualTo(reason.equals("backend_reset") ? StreamEnd.ABORTED : StreamEnd.CLEAN);
        }
    }

    @EachTlsVersion
    void backendThatSaysNothingKeepsNobodyFromLeaving(String version) {
        try (FakeBackend backend = FakeBackend.silent();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send("ping");
            client.sendCloseNotify();

            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            assertThat(proxy.awaitConnectionLine().number("backend_to_client_bytes"))
                    .isZero();
        }
    }

    @EachTlsVersion
    void nextClientIsServedAfterTheBackendCameBack(String version) throws Exception {
        try (FakeBackend backend = FakeBackend.running(new FakeBackend.Script() {
                    private boolean hasReset;

                    @Override
                    public synchronized void run(Socket socket) throws IOException {
                        if (!hasReset) {
                            hasReset = true;
                            FakeBackend.reset(socket);
                            return;
                        }
                        socket.getInputStream().transferTo(socket.getOutputStream());
                    }
                });
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient first = TlsClient.connect(proxy, version)) {
            first.end();
            try (TlsClient second = TlsClient.connect(proxy, version)) {
                second.send("ping");
                assertThat(second.readText(4)).isEqualTo("ping");
            }
        }
    }
}
