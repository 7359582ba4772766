package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.EachRecordPath;
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
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A reset on one side, in every phase: the other side learns of it at once, and for what it is. */
class ResetTest {

    @EachRecordPath
    void resetOfTheBackendReachesTheClientAsAnAbort(String version, String path) {
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    socket.getInputStream().readNBytes(4);
                    FakeBackend.reset(socket);
                });
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path)
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send("ping");

            // A close_notify would make a cut answer look whole.
            assertThat(client.end()).isEqualTo(StreamEnd.ABORTED);
            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("reason")).isEqualTo("backend_reset");
            assertThat(line.text("closed_by")).isEqualTo("backend");
        }
    }

    @EachTlsVersion
    void resetOfTheBackendInTheMiddleOfItsAnswerReachesTheClientAsAnAbort(String version) {
        CountDownLatch half = new CountDownLatch(1);
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    socket.getOutputStream().write(new byte[100_000]);
                    half.await();
                    FakeBackend.reset(socket);
                });
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.read(100_000);
            half.countDown();

            assertThat(client.end()).isEqualTo(StreamEnd.ABORTED);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_reset");
        }
    }

    @EachRecordPath
    void resetOfTheClientReachesTheBackend(String version, String path) throws Exception {
        try (SinkBackend backend = new SinkBackend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path)
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            // The proxy's own view: the backend may have accepted while the proxy is still dialling.
            proxy.awaitMetric(1, "sallyport_backend_connections_active");
            client.reset();

            assertThat(backend.await().end()).isEqualTo(Received.End.RESET);
            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("reason")).isEqualTo("client_reset");
            assertThat(line.text("closed_by")).isEqualTo("client");
        }
    }

    @EachTlsVersion
    void clientThatVanishesUnderAFullStreamStopsTheBackend(String version) throws Exception {
        BlockingQueue<String> failures = new LinkedBlockingQueue<>();
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    try {
                        new Payload(5).writeTo(socket.getOutputStream(), Long.MAX_VALUE);
                    } catch (SocketException e) {
                        failures.add(String.valueOf(e.getMessage()));
                    }
                });
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.read(5_000_000);
            client.reset();

            assertThat(failures.poll(60, TimeUnit.SECONDS)).isNotNull();
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_reset");
        }
    }

    @EachTlsVersion
    void clientThatClosesUnderAFullStreamStopsTheBackend(String version) throws Exception {
        BlockingQueue<String> failures = new LinkedBlockingQueue<>();
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    try {
                        new Payload(5).writeTo(socket.getOutputStream(), Long.MAX_VALUE);
                    } catch (SocketException e) {
                        failures.add(String.valueOf(e.getMessage()));
                    }
                });
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.read(5_000_000);
            client.sendCloseNotify();
            client.close();

            assertThat(failures.poll(60, TimeUnit.SECONDS)).isNotNull();
            assertThat(proxy.awaitConnectionLine().text("reason")).isIn("client_closed", "client_reset");
        }
    }

    @EachTlsVersion
    void resetAfterHalfAClientHelloIsAFailedHandshake(String version) throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), version)) {
            byte[] hello = client.clientHello();
            client.sendRaw(Arrays.copyOf(hello, hello.length / 2));
            proxy.awaitMetric(1, "sallyport_handshakes_in_flight");
            client.reset();

            assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("client_reset");
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("handshake_failed");
            assertThat(backend.accepted()).isZero();
        }
    }

    @EachTlsVersion
    void resetAfterTheServersFlightIsAFailedHandshake(String version) throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), version)) {
            client.sendRaw(client.clientHello());
            assertThat(client.socket().getInputStream().read()).isEqualTo(22);
            client.reset();

            assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("client_reset");
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("handshake_failed");
            assertThat(backend.accepted()).isZero();
        }
    }

    @EachTlsVersion
    void resetWhileTheBackendIsDialledEndsTheDial(String version) {
        try (FullListener backend = new FullListener();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("backends.app.connect.timeout = 60s")
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            proxy.awaitMetric(1, "sallyport_handshakes_total", "result", "success");
            client.reset();

            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_reset");
        }
    }

    @EachTlsVersion
    void resetOfTheClientAfterItsCloseNotifyReachesTheBackend(String version) throws Exception {
        BlockingQueue<Received> received = new LinkedBlockingQueue<>();
        CountDownLatch ended = new CountDownLatch(1);
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    received.add(Received.from(socket));
                    try {
                        new Payload(6).writeTo(socket.getOutputStream(), Long.MAX_VALUE);
                    } catch (SocketException e) {
                        ended.countDown();
                    }
                });
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send("ping");
            client.sendCloseNotify();
            assertThat(received.poll(60, TimeUnit.SECONDS))
                    .extracting(Received::end)
                    .isEqualTo(Received.End.FIN);
            client.reset();

            assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
            proxy.awaitConnectionLine();
        }
    }

    @EachTlsVersion
    void resetOfTheClientAfterTheBackendsEndReachesTheBackend(String version) throws Exception {
        BlockingQueue<Received> received = new LinkedBlockingQueue<>();
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    socket.shutdownOutput();
                    received.add(Received.from(socket));
                });
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            client.reset();

            assertThat(received.poll(60, TimeUnit.SECONDS))
                    .extracting(Received::end)
                    .isEqualTo(Received.End.RESET);
            proxy.awaitConnectionLine();
        }
    }

    @EachTlsVersion
    void resetOfTheBackendAfterItsEndEndsTheConnection(String version) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    socket.getOutputStream().write("pong".getBytes(java.nio.charset.StandardCharsets.UTF_8));
                    socket.shutdownOutput();
                    go.await();
                    FakeBackend.reset(socket);
                });
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            assertThat(client.readText(4)).isEqualTo("pong");
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            go.countDown();

            await().atMost(Duration.ofSeconds(60)).until(() -> backend.open() == 0);
            proxy.awaitConnectionLine();
        }
    }
}
