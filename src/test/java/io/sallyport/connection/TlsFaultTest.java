package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.Canary;
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
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client that breaks TLS gets its fatal alert, and the connection ends. */
class TlsFaultTest {
    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);

    /** A record with its last byte, of the tag, changed. */
    private static byte[] broken(byte[] record) {
        byte[] result = record.clone();
        result[result.length - 1] ^= 1;
        return result;
    }

    @EachRecordPath
    void brokenRecordAfterTheHandshakeIsAnsweredByItsAlert(String version, String path) throws Exception {
        try (SinkBackend backend = new SinkBackend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path)
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send("whole");
            // The proxy's own view: the backend may have accepted while the proxy is still dialling.
            proxy.awaitMetric(1, "sallyport_backend_connections_active");
            client.sendRaw(broken(client.seal(DATA)));

            assertThat(client.end()).isEqualTo(StreamEnd.fatal("bad_record_mac"));
            // What the backend has is not all that the client said.
            assertThat(backend.await().end()).isEqualTo(Received.End.RESET);
            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("reason")).isEqualTo("client_tls_error");
            assertThat(line.text("closed_by")).isEqualTo("client");
        }
    }

    @EachRecordPath
    void brokenRecordInOneSegmentWithAWholeOneIsAnsweredByItsAlert(String version, String path) throws Exception {
        try (FakeBackend backend = FakeBackend.silent();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path)
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            ByteArrayOutputStream records = new ByteArrayOutputStream();
            records.write(client.seal("whole".getBytes(StandardCharsets.US_ASCII)));
            records.write(broken(client.seal(DATA)));
            client.sendRaw(records.toByteArray());

            assertThat(client.end()).isEqualTo(StreamEnd.fatal("bad_record_mac"));
            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("reason")).isEqualTo("client_tls_error");
        }
    }

    @EachTlsVersion
    void alertArrivesThoughTheClientGoesOnSending(String version) {
        try (FakeBackend backend = FakeBackend.silent();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.sendRaw(broken(client.seal(DATA)));
            client.sendRaw(new Payload(13).bytes(300_000));

            assertThat(client.end()).isEqualTo(StreamEnd.fatal("bad_record_mac"));
        }
    }

    @EachTlsVersion
    void alertArrivesBehindTheAnswerThatIsUnderWay(String version) throws Exception {
        Payload answer = new Payload(14);
        int length = 100_000;
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    answer.writeTo(socket.getOutputStream(), length);
                    FakeBackend.drain(socket);
                });
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            proxy.awaitMetric(length, "sallyport_bytes_total", "direction", "backend_to_client");
            client.sendRaw(broken(client.seal(DATA)));

            assertThat(client.read(length)).isEqualTo(answer.bytes(length));
            assertThat(client.end()).isEqualTo(StreamEnd.fatal("bad_record_mac"));
        }
    }

    @EachRecordPath
    void brokenRecordTogetherWithTheHandshakeIsAnsweredByItsAlert(String version, String path) {
        try (FullListener backend = new FullListener();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("backends.app.connect.timeout = 60s")
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), version)) {
            client.handshakeAndSendBroken(DATA);

            assertThat(client.end()).isEqualTo(StreamEnd.fatal("bad_record_mac"));
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_tls_error");
        }
    }

    @EachTlsVersion
    void brokenFinishedIsAnsweredByItsAlert(String version) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                Canary canary = Canary.in(proxy);
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), version)) {
            assertThat(client.handshakeWithBrokenFinished()).isEqualTo(StreamEnd.fatal("bad_record_mac"));

            LogLine failure = proxy.awaitHandshakeFailure();
            assertThat(failure.text("reason")).as(failure.toString()).isEqualTo("bad_record");
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("handshake_failed");
            canary.sing();
            assertThat(backend.accepted()).isEqualTo(1);
        }
    }

    @EachTlsVersion
    void garbageInTheMiddleOfTheHandshakeIsRefusedAtOnce(String version) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), version)) {
            client.sendRaw(client.clientHello());
            client.sendRaw("this is no record".getBytes(StandardCharsets.US_ASCII));

            assertThat(client.tcpEnd()).isEqualTo(Received.End.FIN);
            assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("protocol_error");
            assertThat(backend.accepted()).isZero();
        }
    }

    @EachTlsVersion
    void brokenRecordAfterTheBackendsEndEndsTheConnection(String version) throws Exception {
        BlockingQueue<Received> received = new LinkedBlockingQueue<>();
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    socket.shutdownOutput();
                    received.add(Received.from(socket));
                });
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            // Our close_notify is out, so no alert may follow it.
            assertThat(client.tcpEnd()).isEqualTo(Received.End.FIN);
            client.sendRaw(broken(client.seal(DATA)));

            assertThat(received.poll(60, TimeUnit.SECONDS))
                    .extracting(Received::end)
                    .isEqualTo(Received.End.RESET);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_tls_error");
        }
    }

    @EachTlsVersion
    void otherConnectionsNoticeNothing(String version) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("event-loops = 1")
                        .start();
                Canary canary = Canary.in(proxy)) {
            for (int i = 0; i < 20; i++) {
                try (TlsClient client = TlsClient.connect(proxy, version)) {
                    client.send("x");
                    client.sendRaw(broken(client.seal(DATA)));
                    canary.sing();
                }
            }
        }
    }
}
