package io.sallyport.connection.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.EachRecordPath;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.FullListener;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.Payload;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;

/** Bytes that go through. */
class RelayTest {

    @EachRecordPath
    void relaysBytesBothWaysUnchanged(String version, String path) {
        Payload payload = new Payload(1);
        int length = 5_000_000;
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path)
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> client.send(payload.bytes(length)));

            assertThat(client.read(length)).isEqualTo(payload.bytes(length));
            sending.join();
            client.sendCloseNotify();

            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("reason")).isEqualTo("client_closed");
            assertThat(line.text("tls_version")).isEqualTo(version);
            assertThat(line.number("client_to_backend_bytes")).isEqualTo(length);
            assertThat(line.number("backend_to_client_bytes")).isEqualTo(length);
            proxy.awaitMetric(length, "sallyport_bytes_total", "direction", "client_to_backend");
            proxy.awaitMetric(length, "sallyport_bytes_total", "direction", "backend_to_client");
        }
    }

    @EachRecordPath
    void relaysSingleBytesOneByOne(String version, String path) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path)
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            for (int i = 0; i < 300; i++) {
                byte[] one = {(byte) i};
                client.send(one);
                assertThat(client.read(1)).isEqualTo(one);
            }
        }
    }

    @EachRecordPath
    void keepsWhatTheClientSendsBeforeTheBackendAccepts(String version, String path) throws Exception {
        Payload payload = new Payload(2);
        int length = 1_000_000;
        try (FullListener backend = new FullListener();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.record-path = " + path)
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), version)) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                client.handshake(payload.bytes(length));
                client.sendCloseNotify();
            });
            proxy.awaitMetric(1, "sallyport_handshakes_total", "result", "success");

            try (Socket accepted = backend.accept()) {
                Received received = Received.from(accepted);
                assertThat(received).isEqualTo(new Received(length, payload.sha256(length), Received.End.FIN));
            }
            sending.join();
        }
    }
}
