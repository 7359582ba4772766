package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.EachTlsVersion;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.FullListener;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.Payload;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SinkBackend;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Every wait has its end. */
class TimeoutTest {

    @EachTlsVersion
    void connectionWithoutAByteIsClosed(String version) throws Exception {
        try (SinkBackend backend = new SinkBackend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.timeouts.idle = 300ms")
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send("ping");

            assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
            assertThat(backend.await().bytes()).isEqualTo(4);
            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("reason")).isEqualTo("idle_timeout");
            assertThat(line.text("closed_by")).isEqualTo("proxy");
        }
    }

    @EachTlsVersion
    void aByteNowAndThenKeepsAConnection(String version) throws Exception {
        int bytes = 12;
        CountDownLatch left = new CountDownLatch(bytes);
        ScheduledExecutorService schedule = Executors.newSingleThreadScheduledExecutor();
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.timeouts.idle = 500ms")
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            schedule.scheduleAtFixedRate(
                    () -> {
                        if (left.getCount() > 0) {
                            client.send("x");
                            left.countDown();
                        }
                    },
                    100,
                    100,
                    TimeUnit.MILLISECONDS);

            assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(client.readText(bytes)).isEqualTo("x".repeat(bytes));
        } finally {
            schedule.shutdownNow();
        }
    }

    @Test
    void zeroIdleIsNoTimeout() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.timeouts { idle = 0s, handshake = 0s }")
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            client.send("ping");
            assertThat(client.readText(4)).isEqualTo("ping");
        }
    }

    @EachTlsVersion
    void peerThatTakesNothingEndsWithTheIdleTimeWhereHalfCloseIsOff(String version) {
        try (FakeBackend backend = FakeBackend.source(new Payload(4), 20_000_000);
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.timeouts { half-close = 0s, idle = 300ms }")
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("idle_timeout");
            proxy.awaitMetric(0, "sallyport_connections_active");
        }
    }

    @Test
    void answerThatIsNotTakenEndsWithTheIdleTimeWhereHalfCloseIsOff() {
        // What the kernel's buffers cannot hold for a client that does not read, the FIN behind it.
        try (FakeBackend backend = FakeBackend.source(new Payload(4), 300_000);
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.timeouts { half-close = 0s, idle = 300ms }")
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            client.socket().setReceiveBufferSize(4096);
            client.handshake();

            proxy.awaitConnectionLine();
            proxy.awaitMetric(0, "sallyport_connections_active");
        } catch (java.net.SocketException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void silentSocketEndsWithTheIdleTimeWhereTheHandshakeHasNoDeadline() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.timeouts { handshake = 0s, idle = 300ms }")
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            assertThat(client.tcpEnd()).isEqualTo(Received.End.FIN);
            assertTimeout(proxy);
        }
    }

    @Test
    void serverThatIsSilentInItsHandshakeEndsWithTheIdleTimeWhereTheDialHasNoDeadline() {
        try (FakeBackend backend = FakeBackend.silent();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                "listeners.https.timeouts.idle = 300ms",
                                "backends.app { connect.timeout = 0s, tls { enabled = on, verify = insecure-none } }")
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            client.end();
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("idle_timeout");
        }
    }

    @EachTlsVersion
    void connectionThatLivesForTooLongIsClosedWhateverItDoes(String version) {
        try (FakeBackend backend = FakeBackend.running(
                        socket -> new Payload(3).writeTo(socket.getOutputStream(), Long.MAX_VALUE));
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.timeouts.max-lifetime = 700ms")
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            byte[] buffer = new byte[64 * 1024];
            while (client.read(buffer, 0, buffer.length) >= 0) {
                // Busy until its end.
            }

            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("reason")).isEqualTo("max_lifetime");
            assertThat(line.text("closed_by")).isEqualTo("proxy");
            assertThat(line.number("backend_to_client_bytes")).isPositive();
        }
    }

    @Test
    void handshakeEndsWithTheLifetimeToo() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.timeouts.max-lifetime = 200ms")
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            assertThat(client.tcpEnd()).isEqualTo(Received.End.FIN);
            assertTimeout(proxy);
        }
    }

    @Test
    void silentSocketIsAFailedHandshake() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.timeouts.handshake = 300ms")
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            assertThat(client.tcpEnd()).isEqualTo(Received.End.FIN);
            assertTimeout(proxy);
            assertThat(backend.accepted()).isZero();
        }
    }

    @EachTlsVersion
    void clientHelloThatNeverCompletesIsAFailedHandshake(String version) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.timeouts.handshake = 300ms")
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), version)) {
            byte[] hello = client.clientHello();
            client.sendRaw(Arrays.copyOf(hello, hello.length - 1));

            assertThat(client.tcpEnd()).isEqualTo(Received.End.FIN);
            assertTimeout(proxy);
        }
    }

    @EachTlsVersion
    void clientHelloThatTricklesIsAFailedHandshake(String version) {
        ScheduledExecutorService schedule = Executors.newSingleThreadScheduledExecutor();
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.timeouts.handshake = 500ms")
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), version)) {
            byte[] hello = client.clientHello();
            int[] next = {0};
            schedule.scheduleAtFixedRate(
                    () -> client.sendRaw(new byte[] {hello[next[0]++]}), 0, 50, TimeUnit.MILLISECONDS);

            // The deadline runs from accept: bytes do not put it off.
            assertThat(client.tcpEnd()).isEqualTo(Received.End.FIN);
            assertTimeout(proxy);
        } finally {
            schedule.shutdownNow();
        }
    }

    @EachTlsVersion
    void clientThatNeverFinishesIsAFailedHandshake(String version) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.timeouts.handshake = 300ms")
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), version)) {
            client.sendRaw(client.clientHello());

            assertThat(client.tcpEnd()).isEqualTo(Received.End.FIN);
            assertTimeout(proxy);
        }
    }

    @EachTlsVersion
    void backendThatDoesNotAnswerTheDialIsUnreachable(String version) {
        try (FullListener backend = new FullListener();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("backends.app.connect.timeout = 300ms")
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_unreachable");
            proxy.awaitMetric(1, "sallyport_backend_connect_failures_total", "reason", "timeout");
        }
    }

    private static void assertTimeout(RunningProxy proxy) {
        assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("timeout");
        assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("handshake_failed");
        proxy.awaitMetric(1, "sallyport_handshake_failures_total", "reason", "timeout");
        proxy.awaitMetric(1, "sallyport_handshakes_total", "result", "failure");
    }
}
