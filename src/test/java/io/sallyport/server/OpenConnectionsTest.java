package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import org.junit.jupiter.api.Test;

/** {@code GET /connections}. */
class OpenConnectionsTest {
    @Test
    void aConnectionIsToldOfWhileItIsOpenInTheWordsOfItsAccessLine() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            String id;
            try (TlsClient client = TlsClient.connect(proxy)) {
                client.send("ping");
                assertThat(client.readText(4)).isEqualTo("ping");

                LogLine open = told(proxy, "?source=127.0.0.0/8&listener=https");
                id = open.text("connections.0.connection");
                assertThat(open.number("open")).isEqualTo(1);
                assertThat(open.text("connections.0.backend")).isEqualTo("app");
                assertThat(open.text("connections.0.tls_version")).isEqualTo("TLSv1.3");
                assertThat(open.number("connections.0.backend_to_client_bytes")).isEqualTo(4);
                assertThat(LogLine.parse(proxy.get("/status").body()).has("backends.app.0.addresses.0.connect_ms"))
                        .isTrue();
                assertThat(open.number("busiest_sources.0.connections")).isEqualTo(1);
                assertThat(told(proxy, "?connection=" + id).has("connections.0.connection"))
                        .isTrue();
                assertThat(told(proxy, "?connection=0").has("connections.0.connection"))
                        .isFalse();
            }
            assertThat(proxy.awaitConnectionLine().text("connection")).isEqualTo(id);
            await().until(() -> told(proxy, "").number("open") == 0);
        }
    }

    private static LogLine told(RunningProxy proxy, String query) {
        return LogLine.parse(proxy.get("/connections" + query).body());
    }
}
