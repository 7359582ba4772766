package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.EachRecordPath;
import io.sallyport.testing.EachTlsVersion;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Payload;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SinkBackend;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.Stuck;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One direction ends, the other goes on. */
class HalfCloseTest {
    private static final int LENGTH = 2_000_000;

    /** More than the kernel's buffers on the way hold. */
    private static final int LARGE = 40_000_000;

    private static final Payload REQUEST = new Payload(3);
    private static final Payload ANSWER = new Payload(4);

    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();

    /** Reads the request to its end, then answers. */
    private FakeBackend answering() {
        return FakeBackend.running(socket -> {
            received.add(Received.from(socket));
            ANSWER.writeTo(socket.getOutputStream(), LENGTH);
        });
    }

    /** Answers and ends, then reads the request. */
    private FakeBackend answeringFirst() {
        return FakeBackend.running(socket -> {
            ANSWER.writeTo(socket.getOutputStream(), LENGTH);
            socket.shutdownOutput();
            received.add(Received.from(socket));
        });
    }

    private void assertWholeRequest() throws InterruptedException {
        assertThat(received.poll(60, TimeUnit.SECONDS))
                .isEqualTo(new Received(LENGTH, REQUEST.sha256(LENGTH), Received.End.FIN));
    }

    private static void assertWholeAnswer(TlsClient client) {
        assertThat(client.readAll()).isEqualTo(new Received(LENGTH, ANSWER.sha256(LENGTH), Received.End.FIN));
    }

    @EachRecordPath
    void endOfTheBackendReachesTheClientWhichGoesOnSending(String version, String path) throws Exception {
        try (FakeBackend backend = answeringFirst();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path)
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            assertThat(client.read(LENGTH)).isEqualTo(ANSWER.bytes(LENGTH));
            assertThat(client.read(new byte[1], 0, 1)).isEqualTo(-1);
            assertThat(client.tcpEnd()).isEqualTo(Received.End.FIN);

            client.send(REQUEST.bytes(LENGTH));
            client.sendCloseNotify();
            client.sendFin();

            assertWholeRequest();
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_closed");
        }
    }

    @EachTlsVersion
    void endOfTheBackendComesAfterItsLastByteForASlowClient(String version) throws Exception {
        try (FakeBackend backend = answeringFirst();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            // The proxy has the answer's end long before the client takes its start.
            client.send(REQUEST.bytes(LENGTH));
            client.sendCloseNotify();
            assertWholeRequest();

            assertWholeAnswer(client);
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
        }
    }

    @EachTlsVersion
    void answerArrivesWholeAfterTheClientsCloseNotify(String version) throws Exception {
        try (FakeBackend backend = answering();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send(REQUEST.bytes(LENGTH));
            client.sendCloseNotify();

            assertWholeRequest();
            assertWholeAnswer(client);
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_closed");
        }
    }

    @EachRecordPath
    void answerArrivesWholeAfterTheClientsBareFin(String version, String path) throws Exception {
        try (FakeBackend backend = answering();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path)
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send(REQUEST.bytes(LENGTH));
            client.sendFin();

            assertWholeRequest();
            assertWholeAnswer(client);
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("truncated");
            proxy.awaitMetric(1, "sallyport_connections_closed_total", "reason", "truncated");
        }
    }

    @EachTlsVersion
    void answerArrivesWholeAfterCloseNotifyAndFin(String version) throws Exception {
        try (FakeBackend backend = answering();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send(REQUEST.bytes(LENGTH));
            client.sendCloseNotify();
            client.sendFin();

            assertWholeRequest();
            assertWholeAnswer(client);
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_closed");
        }
    }

    @EachRecordPath
    void slowBackendThatEndedFirstGetsTheWholeRequest(String version, String path) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    socket.shutdownOutput();
                    go.await();
                    received.add(Received.from(socket));
                });
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path)
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            assertThat(client.tcpEnd()).isEqualTo(Received.End.FIN);
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                client.send(REQUEST.bytes(LARGE));
                client.sendCloseNotify();
            });
            Stuck.await(() -> proxy.metric("sallyport_bytes_total", "direction", "client_to_backend"));
            go.countDown();

            assertThat(received.poll(60, TimeUnit.SECONDS))
                    .isEqualTo(new Received(LARGE, REQUEST.sha256(LARGE), Received.End.FIN));
            sending.join();
        }
    }

    @EachTlsVersion
    void slowClientThatEndedFirstGetsTheWholeAnswer(String version) throws Exception {
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    FakeBackend.drain(socket);
                    ANSWER.writeTo(socket.getOutputStream(), LARGE);
                });
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.sendCloseNotify();
            client.sendFin();
            Stuck.await(() -> proxy.metric("sallyport_bytes_total", "direction", "backend_to_client"));

            assertThat(client.readAll()).isEqualTo(new Received(LARGE, ANSWER.sha256(LARGE), Received.End.FIN));
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
        }
    }

    @EachTlsVersion
    void answerArrivesWholeWhenTheEndComesWithTheHandshake(String version) throws Exception {
        byte[] request = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        try (FakeBackend backend = answering();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), version)) {
            client.handshakeAndEnd(request);

            assertThat(received.poll(60, TimeUnit.SECONDS))
                    .extracting(Received::bytes, Received::end)
                    .containsExactly((long) request.length, Received.End.FIN);
            assertWholeAnswer(client);
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
        }
    }

    @EachRecordPath
    void everythingBeforeCloseNotifyReachesTheBackendThoughTheClientIsGone(String version, String path)
            throws Exception {
        try (SinkBackend backend = new SinkBackend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path)
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send(REQUEST.bytes(LENGTH));
            client.sendCloseNotify();
            client.close();

            assertThat(backend.await()).isEqualTo(new Received(LENGTH, REQUEST.sha256(LENGTH), Received.End.FIN));
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_closed");
        }
    }

    @EachRecordPath
    void closeNotifyIsAnsweredAndTcpIsClosed(String version, String path) throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path)
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.sendCloseNotify();

            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            // Nothing is asked of the client's TCP for the connection to be over.
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_closed");
        }
    }

    @EachTlsVersion
    void closeNotifyEndsBothDirectionsUnderSslHandler(String version) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    received.add(Received.from(socket));
                    go.await();
                    ANSWER.writeTo(socket.getOutputStream(), LENGTH);
                });
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = ssl-handler")
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send(REQUEST.bytes(LENGTH));
            client.sendCloseNotify();

            assertWholeRequest();
            // Told in order, and not a byte of the answer: nobody can take the rest of it for the whole.
            assertThat(client.read(new byte[1], 0, 1)).isEqualTo(-1);
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            go.countDown();
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_closed");
        }
    }

    @EachRecordPath
    void bareFinInsideARecordCutsTheConnection(String version, String path) throws Exception {
        try (SinkBackend backend = new SinkBackend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path)
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send("whole");
            // The proxy's own view: the backend may have accepted while the proxy is still dialling.
            proxy.awaitMetric(1, "sallyport_backend_connections_active");
            byte[] record = client.seal("cut".getBytes(StandardCharsets.UTF_8));
            client.sendRaw(Arrays.copyOf(record, record.length - 1));
            client.sendFin();

            // A backend must not take a cut stream for a whole one.
            assertThat(backend.await().end()).isEqualTo(Received.End.RESET);
            assertThat(client.end().tcp()).isEqualTo(Received.End.FIN);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("truncated");
        }
    }

    @EachRecordPath
    void silentClientIsClosedWhenHalfCloseEndsAfterTheBackend(String version, String path) {
        try (FakeBackend backend = FakeBackend.source(ANSWER, 10);
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                "listeners.https.tls.record-path = " + path,
                                "listeners.https.timeouts.half-close = 300ms")
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            assertThat(client.read(10)).isEqualTo(ANSWER.bytes(10));
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("half_close_timeout");
        }
    }

    @EachRecordPath
    void silentBackendIsClosedWhenHalfCloseEndsAfterTheClient(String version, String path) {
        try (FakeBackend backend = FakeBackend.frozen();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                "listeners.https.tls.record-path = " + path,
                                "listeners.https.timeouts.half-close = 300ms")
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.sendFin();

            assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("half_close_timeout");
        }
    }

    @EachTlsVersion
    void halfCloseIsADeadlineHoweverBusyTheOtherDirectionIs(String version) throws Exception {
        try (FakeBackend backend = answeringFirst();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.timeouts.half-close = 500ms")
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                byte[] chunk = REQUEST.bytes(16_000);
                while (true) {
                    client.send(chunk);
                }
            });
            client.readAll();

            assertThat(sending.handle((done, failure) -> failure)
                            .orTimeout(60, TimeUnit.SECONDS)
                            .join())
                    .hasRootCauseInstanceOf(IOException.class);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("half_close_timeout");
        }
    }

    @EachRecordPath
    void zeroHalfCloseEndsBothAtOnceAfterTheBackend(String version, String path) {
        try (FakeBackend backend = FakeBackend.source(ANSWER, LENGTH);
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path, "listeners.https.timeouts.half-close = 0s")
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            assertWholeAnswer(client);
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_closed");
        }
    }

    @EachRecordPath
    void zeroHalfCloseEndsBothAtOnceAfterTheClient(String version, String path) throws Exception {
        try (SinkBackend backend = new SinkBackend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path, "listeners.https.timeouts.half-close = 0s")
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send(REQUEST.bytes(LENGTH));
            client.sendFin();

            assertThat(backend.await()).isEqualTo(new Received(LENGTH, REQUEST.sha256(LENGTH), Received.End.FIN));
            assertThat(client.end().tcp()).isEqualTo(Received.End.FIN);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("truncated");
        }
    }
}
