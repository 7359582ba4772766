package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.RunningProxy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener without TLS in front of a server that could believe a header. */
class PlainProxyHeaderTest {
    private static final String NOBODY_HERE = "trusted = [\"192.0.2.0/24\"]";
    private static final byte[] V1 = ascii("PROXY TCP4 192.0.2.1 198.51.100.2 8080 443\r\n");
    private static final byte[] V2 =
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000cc0000201c63364021f9001bb");

    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final FakeBackend backend = FakeBackend.running(socket -> {
        socket.getOutputStream().write(ascii("220 "));
        InputStream in = socket.getInputStream();
        for (int read = in.read(); read >= 0; read = in.read()) {
            synchronized (received) {
                received.write(read);
            }
            socket.getOutputStream().write(read);
        }
    });

    @AfterEach
    void close() {
        backend.close();
    }

    private RunningProxy start(String rule) {
        return RunningProxy.to(backend.address())
                .with("listeners.plain { bind = \"127.0.0.1:0\", backend = app, proxy-protocol { " + rule + " } }")
                .start();
    }

    /** What a client hears that has heard the server's first word. */
    private static Socket greeted(RunningProxy proxy) throws IOException {
        Socket client = new Socket();
        client.setTcpNoDelay(true);
        client.setSoTimeout(10_000);
        client.connect(proxy.address("plain"));
        assertThat(client.getInputStream().readNBytes(4)).isEqualTo(ascii("220 "));
        return client;
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void aHeaderOfAnybodyElseNeverReachesTheServer(boolean text, boolean split) throws IOException {
        try (RunningProxy proxy = start("accept = on, " + NOBODY_HERE)) {
            try (Socket client = greeted(proxy)) {
                send(client, text ? V1 : V2, split);
                assertThat(rest(client)).isEmpty();
            }
            assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("unexpected_proxy_header");
            assertThat(proxy.awaitHandshakeFailure().text("detail")).isEqualTo(text ? "PROXY_V1" : "PROXY_V2");
            assertThat(received()).isEmpty();
        }
    }

    @Test
    void aHeaderBehindThatOfATrustedPeerNeverReachesTheServer() throws IOException {
        try (RunningProxy proxy = start("accept = on, trusted = [\"127.0.0.0/8\"]")) {
            try (Socket client = new Socket()) {
                client.connect(proxy.address("plain"));
                client.getOutputStream().write(V2);
                client.getOutputStream().write(V1);
                rest(client);
            }
            assertThat(proxy.awaitHandshakeFailure().text("client")).isEqualTo("192.0.2.1:8080");
            assertThat(received()).isEmpty();
        }
    }

    /** The last of them begin as a header does; whoever sends those and waits is not kept waiting for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1", "PROPFIND /", "PROXYING", "\r\n\r\nx", "P", "PROXY", "\r\n", "\r\n\r\n"})
    void anythingElseIsRelayed(String bytes) throws IOException {
        try (RunningProxy proxy = start("accept = on, " + NOBODY_HERE);
                Socket client = greeted(proxy)) {
            client.getOutputStream().write(ascii(bytes));

            assertThat(client.getInputStream().readNBytes(bytes.length())).isEqualTo(ascii(bytes));
        }
    }

    @Test
    void theBeginningOfAHeaderIsRelayedBeforeTheEndOfTheStream() throws IOException {
        try (RunningProxy proxy = start("accept = on, " + NOBODY_HERE);
                Socket client = greeted(proxy)) {
            client.getOutputStream().write(ascii("PROX"));
            client.shutdownOutput();

            assertThat(rest(client)).isEqualTo("PROX");
        }
    }

    /** Held back or not: the server never gets a whole signature. */
    @Test
    void aHeaderWhoseBeginningWasRelayedIsRefusedAllTheSame() throws IOException {
        try (RunningProxy proxy = start("accept = on, " + NOBODY_HERE)) {
            try (Socket client = greeted(proxy)) {
                client.getOutputStream().write(ascii("PROXY"));
                assertThat(client.getInputStream().readNBytes(5)).isEqualTo(ascii("PROXY"));
                client.getOutputStream().write(Arrays.copyOfRange(V1, 5, V1.length));
                assertThat(rest(client)).isEmpty();
            }
            assertThat(received()).isEqualTo("PROXY");
        }
    }

    @Test
    void whereNoHeadersAreAcceptedTheyAreTheServersBusiness() throws IOException {
        try (RunningProxy proxy = start("accept = off");
                Socket client = greeted(proxy)) {
            client.getOutputStream().write(V1);

            assertThat(client.getInputStream().readNBytes(V1.length)).isEqualTo(V1);
        }
    }

    private String received() {
        synchronized (received) {
            return received.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private static void send(Socket client, byte[] bytes, boolean split) throws IOException {
        if (!split) {
            client.getOutputStream().write(bytes);
            return;
        }
        try {
            for (byte each : bytes) {
                client.getOutputStream().write(each);
            }
        } catch (SocketException e) {
            // Refused before the last of them.
        }
    }

    private static String rest(Socket client) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            client.getInputStream().transferTo(all);
        } catch (SocketException e) {
            // A reset ends it as well.
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
