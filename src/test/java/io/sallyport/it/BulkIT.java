package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.ChildProxy;
import io.sallyport.testing.EachTlsVersion;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Payload;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SinkBackend;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Much more than fits the memory. {@code -Dsallyport.bulk} is how many MiB go each way: 1024 when nothing is said. */
class BulkIT {
    private static final long LENGTH = Integer.getInteger("sallyport.bulk", 1024) * 1024L * 1024;
    private static final String[] SMALL = {
        "-XX:+UseSerialGC", "-Xmx64m", "-XX:MaxDirectMemorySize=64m", "-Dio.netty.maxDirectMemory=67108864"
    };

    private static final Payload REQUEST = new Payload(20);
    private static final Payload ANSWER = new Payload(21);
    private static final Received WHOLE_REQUEST = new Received(LENGTH, REQUEST.sha256(LENGTH), Received.End.FIN);
    private static final Received WHOLE_ANSWER = new Received(LENGTH, ANSWER.sha256(LENGTH), Received.End.FIN);

    @EachTlsVersion
    void uploadArrivesWhole(String version) throws Exception {
        try (SinkBackend backend = new SinkBackend();
                ChildProxy proxy = RunningProxy.to(backend.address()).startProcess(SMALL);
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send(REQUEST, LENGTH);
            client.sendCloseNotify();

            assertThat(backend.await()).isEqualTo(WHOLE_REQUEST);
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            assertThat(proxy.awaitConnectionLine().number("client_to_backend_bytes"))
                    .isEqualTo(LENGTH);
        }
    }

    @EachTlsVersion
    void downloadArrivesWhole(String version) {
        try (FakeBackend backend = FakeBackend.source(ANSWER, LENGTH);
                ChildProxy proxy = RunningProxy.to(backend.address()).startProcess(SMALL);
                TlsClient client = TlsClient.connect(proxy, version)) {
            assertThat(client.readAll()).isEqualTo(WHOLE_ANSWER);
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            client.sendFin();
            assertThat(proxy.awaitConnectionLine().number("backend_to_client_bytes"))
                    .isEqualTo(LENGTH);
        }
    }

    @EachTlsVersion
    void bothAtOnceArriveWhole(String version) throws Exception {
        BlockingQueue<Received> received = new LinkedBlockingQueue<>();
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    CompletableFuture<Void> answering = CompletableFuture.runAsync(() -> {
                        try {
                            // No FIN yet: with TLS 1.2 the JDK's client sends nothing more after a close_notify.
                            ANSWER.writeTo(socket.getOutputStream(), LENGTH);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
                    received.add(Received.from(socket));
                    answering.join();
                });
                ChildProxy proxy = RunningProxy.to(backend.address()).startProcess(SMALL);
                TlsClient client = TlsClient.connect(proxy, version)) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                client.send(REQUEST, LENGTH);
                client.sendCloseNotify();
            });

            assertThat(client.readAll()).isEqualTo(WHOLE_ANSWER);
            sending.join();
            assertThat(received.poll(60, TimeUnit.SECONDS)).isEqualTo(WHOLE_REQUEST);
        }
    }
}
