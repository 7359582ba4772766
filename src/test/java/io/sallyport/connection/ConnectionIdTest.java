package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.HeaderBackend;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** One name for a connection, wherever it is told of. */
class ConnectionIdTest {
    private static final int UNIQUE_ID = 0x05;

    @Test
    void tiesHandshakeAccessLineAndProxyHeaderTogether() throws Exception {
        try (HeaderBackend backend = new HeaderBackend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("backends.app.proxy-protocol.send = v2")
                        .start()) {
            trace(proxy);
            try (TlsClient client = TlsClient.connect(proxy)) {
                assertThat(client.readText(HeaderBackend.WORD.length())).isEqualTo(HeaderBackend.WORD);
            }
            String line = proxy.awaitConnectionLine().text("connection");

            assertThat(line).matches("[0-9a-f]{16}");
            assertThat(backend.await().text(UNIQUE_ID)).isEqualTo(line);
            assertThat(shown(proxy, "?reason=success").text("0.connection")).isEqualTo(line);
        }
    }

    @Test
    void tiesTheFailureToTheEndOfItsConnection() {
        try (HeaderBackend backend = new HeaderBackend();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
                client.sendRaw("SSH-2.0-x\r\n".getBytes(StandardCharsets.US_ASCII));
                client.tcpEnd();
            }
            String failure = proxy.awaitHandshakeFailure().text("connection");

            assertThat(proxy.awaitConnectionLine().text("connection")).isEqualTo(failure);
            assertThat(shown(proxy, "").text("0.connection")).isEqualTo(failure);
        }
    }

    private static void trace(RunningProxy proxy) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + proxy.adminAddress().getPort()
                + "/handshakes/trace?source=127.0.0.1&count=1&seconds=60");
        HttpRequest post = HttpRequest.newBuilder(uri)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        assertThat(RunningProxy.HTTP
                        .send(post, HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(202);
    }

    private static LogLine shown(RunningProxy proxy, String query) {
        return LogLine.parse("{\"\":" + proxy.get("/handshakes" + query).body() + "}")
                .without(".");
    }
}
