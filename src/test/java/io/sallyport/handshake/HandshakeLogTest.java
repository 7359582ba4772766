package io.sallyport.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Http;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.OpensslClient;
import io.sallyport.testing.ProxyUnderTest;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where handshakes are told of: the access log within its limits, and the latest of them on the admin listener. */
class HandshakeLogTest {
    @TempDir
    private Path directory;

    @Test
    void aFloodIsCountedAndOnlyItsStartIsTold() {
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            for (int i = 0; i < 60; i++) {
                fail(proxy, "SSH-2.0-x\r\n");
            }
            proxy.awaitMetric(60, "sallyport_handshake_failures_total", "reason", "other_protocol");
            int told = failures(proxy).size();

            // The flood may reach into a second window.
            assertThat(told).isBetween(10, 20);
            assertThat(LogLine.parse("{\"\":" + proxy.get("/handshakes").body() + "}")
                            .has("." + (told - 1) + ".reason"))
                    .isTrue();
            proxy.server().drain().join();
            long leftOut = proxy.accessLines().stream()
                    .filter(line -> line.text("type").equals("handshake_failures_left_out"))
                    .mapToLong(line -> line.number("count"))
                    .sum();
            assertThat(leftOut).isEqualTo(60 - told);
            assertThat(proxy.accessLines().stream()
                            .filter(line -> line.text("type").equals("connection")))
                    .hasSize(told);
            proxy.drain();
        }
    }

    private static List<LogLine> failures(RunningProxy proxy) {
        return proxy.accessLines().stream()
                .filter(line -> line.text("type").equals("handshake_failure"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aGoodHandshakeIsShownToWhoAsksForIt(String version) throws Exception {
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            assertThat(client(proxy, version, "localhost").request().isAnswered())
                    .isTrue();
            assertThat(post(proxy, "/handshakes/trace?server-name=localhost&count=1&seconds=60"))
                    .isEqualTo(202);
            assertThat(client(proxy, version, "127.0.0.1").request().isAnswered())
                    .isTrue();
            assertThat(client(proxy, version, "localhost").request().isAnswered())
                    .isTrue();
            assertThat(client(proxy, version, "localhost").request().isAnswered())
                    .isTrue();

            LogLine shown = FailureReasonsTest.shown(proxy, "?reason=success");
            assertThat(shown.has("1.type")).as(shown.toString()).isFalse();
            assertThat(shown.text("0.type")).isEqualTo("handshake_success");
            assertThat(shown.text("0.server_name")).isEqualTo("localhost");
            assertThat(shown.text("0.tls_version")).isEqualTo(version.equals("-tls1_2") ? "TLSv1.2" : "TLSv1.3");
            assertThat(shown.text("0.steps.0.what")).isEqualTo("ClientHello");
            assertThat(shown.text("0.steps.0.from")).isEqualTo("client");
            assertThat(shown.text("0.steps.1.what")).isEqualTo("ServerHello");
            assertThat(shown.toString()).contains("Finished").doesNotContain("\"broke\"");
            assertThat(proxy.accessLines()).allMatch(line -> line.text("type").equals("connection"));
        }
    }

    /** A name that would be markup, a line break and an end of a string. */
    @Test
    void textFromTheWireIsEscaped() {
        byte[] hello = HelloBytes.records(
                new HelloBytes()
                        .serverName("<b>\"\\\n\u0007")
                        .extension(
                                ExtensionTypes.APPLICATION_LAYER_PROTOCOL_NEGOTIATION, "0008" + "07" + "3c623e220a5c07")
                        .message(),
                16_384);
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.alpn = [h2]")
                        .start()) {
            try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
                client.sendRaw(hello);
                client.tcpEnd();
            }
            LogLine line = proxy.awaitHandshakeFailure();

            assertThat(line.text("offered.alpn")).isEqualTo("<b>\"\\x0a\\\\\\x07");
            assertThat(line.text("offered.malformed_server_name")).isEqualTo("<b>\"\\\\\\x0a\\x07");
            assertThat(line.text("cause")).contains("<b>\"\\x0a\\\\\\x07");
            String shown = proxy.get("/handshakes").body();
            assertThat(shown.replace("\n", "").chars()).allMatch(character -> character >= ' ' && character <= '~');
        }
    }

    private OpensslClient client(RunningProxy proxy, String version, String name) {
        return new OpensslClient(directory, proxy).with(version, "-servername", name);
    }

    private static void fail(RunningProxy proxy, String words) {
        try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            client.sendRaw(words.getBytes(StandardCharsets.US_ASCII));
            client.tcpEnd();
        }
    }

    private static int post(RunningProxy proxy, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + proxy.adminAddress().getPort() + path);
        return ProxyUnderTest.HTTP
                .send(
                        HttpRequest.newBuilder(uri)
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
