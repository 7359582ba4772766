package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.Canary;
import io.sallyport.testing.EachTlsVersion;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.Payload;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What comes instead of a ClientHello. Beside each, another connection goes on. */
class BadInputTest {
    private static final byte[] ALERT_UNEXPECTED_MESSAGE = {21, 3, 3, 0, 2, 2, 10};
    private static final byte[] ALERT_ILLEGAL_PARAMETER = {21, 3, 3, 0, 2, 2, 47};
    private static final byte[] ALERT_DECODE_ERROR = {21, 3, 3, 0, 2, 2, 50};

    private final FakeBackend backend = FakeBackend.echo();
    private final RunningProxy proxy = RunningProxy.to(backend.address()).start();
    private Canary canary;

    BadInputTest() {
        canary = Canary.in(proxy);
    }

    @BeforeEach
    void startSinging() {
        canary.sing();
    }

    @AfterEach
    void close() {
        try (backend;
                proxy) {
            canary.close();
        }
        assertThat(backend.accepted()).isLessThanOrEqualTo(2);
    }

    private TlsClient open(String... versions) {
        return TlsClient.open(proxy.address(), proxy.authority(), versions);
    }

    private void assertRefused(String reason) {
        assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo(reason);
        assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("handshake_failed");
        proxy.awaitMetric(1, "sallyport_handshake_failures_total", "reason", reason);
        assertThat(backend.accepted()).isEqualTo(1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void plainHttpIsToldToUseHttps() throws IOException {
        try (TlsClient client = open()) {
            client.sendRaw(ascii("GET /path HTTP/1.1\r\nHost: example.com\r\n\r\n"));
            String answer = new String(client.socket().getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answer).startsWith("HTTP/1.1 400 Bad Request\r\n").contains("use https://");
            int body = answer.length() - answer.indexOf("\r\n\r\n") - 4;
            assertThat(answer).contains("Content-Length: " + body + "\r\n");
        }
        assertRefused("plain_http");
    }

    @Test
    void largePlainHttpRequestStillGetsItsAnswer() throws IOException {
        try (TlsClient client = open()) {
            client.sendRaw(ascii("POST /upload HTTP/1.1\r\nHost: example.com\r\nContent-Length: 500000\r\n\r\n"));
            client.sendRaw(new byte[500_000]);

            // Input that nobody reads would turn the close into a reset, which takes the answer with it.
            assertThat(client.socket().getInputStream().readAllBytes()).startsWith(ascii("HTTP/1.1 400"));
        }
        assertRefused("plain_http");
    }

    @Test
    void sshBannerGetsAnAlert() throws IOException {
        try (TlsClient client = open()) {
            client.sendRaw(ascii("SSH-2.0-OpenSSH_9.2\r\n"));

            assertThat(client.socket().getInputStream().readAllBytes()).isEqualTo(ALERT_UNEXPECTED_MESSAGE);
        }
        assertRefused("other_protocol");
    }

    @Test
    void garbageGetsAnAlert() throws IOException {
        byte[] garbage = new byte[100_000];
        new Random(11).nextBytes(garbage);
        garbage[0] = 0x4a;
        try (TlsClient client = open()) {
            client.sendRaw(garbage);

            assertThat(client.socket().getInputStream().readAllBytes()).isEqualTo(ALERT_UNEXPECTED_MESSAGE);
        }
        assertRefused("garbage");
    }

    @Test
    void recordOfAnotherTypeGetsAnAlert() throws IOException {
        try (TlsClient client = open()) {
            client.sendRaw(HexFormat.of().parseHex("1703030005" + "0102030405"));

            assertThat(client.socket().getInputStream().readAllBytes()).startsWith(21, 3, 3, 0, 2, 2);
        }
        LogLine failure = proxy.awaitHandshakeFailure();
        assertThat(failure.text("reason")).isIn("garbage", "client_hello_malformed");
    }

    @Test
    void clientHelloThatBreaksItsFormatGetsAnAlert() throws IOException {
        try (TlsClient client = open()) {
            byte[] hello = client.clientHello();
            // The session id's length: longer than the message.
            hello[5 + 4 + 2 + 32] = (byte) 0xff;
            client.sendRaw(hello);

            assertThat(client.socket().getInputStream().readAllBytes()).isEqualTo(ALERT_DECODE_ERROR);
        }
        assertRefused("client_hello_malformed");
    }

    @Test
    void clientHelloThatIsTooLargeGetsAnAlert() throws IOException {
        try (TlsClient client = open()) {
            // A handshake record of 16,000 bytes, of a ClientHello that announces 65,536.
            client.sendRaw(HexFormat.of().parseHex("1603013e80" + "01010000" + "0303"));

            assertThat(client.socket().getInputStream().readAllBytes()).isEqualTo(ALERT_ILLEGAL_PARAMETER);
        }
        assertRefused("client_hello_too_large");
    }

    @Test
    void refusedClientThatNeitherReadsNorLeavesIsClosedSoon() {
        try (TlsClient client = open()) {
            client.sendRaw(ascii("SSH-2.0-x\r\n"));

            assertRefused("other_protocol");
            proxy.awaitMetric(1, "sallyport_connections_active");
        }
    }

    @EachTlsVersion
    void clientHelloByteByByteIsServed(String version) {
        try (TlsClient client = open(version)) {
            for (byte one : client.clientHello()) {
                client.sendRaw(new byte[] {one});
            }
            client.handshake();
            client.send("ping");

            assertThat(client.readText(4)).isEqualTo("ping");
        }
    }

    @EachTlsVersion
    void clientHelloInManyRecordsIsServed(String version) {
        try (TlsClient client = open(version)) {
            byte[] hello = client.clientHello();
            ByteArrayOutputStream records = new ByteArrayOutputStream();
            for (int at = 5; at < hello.length; at += 20) {
                int length = Math.min(20, hello.length - at);
                records.write(hello, 0, 3);
                records.write(0);
                records.write(length);
                records.write(hello, at, length);
            }
            client.sendRaw(records.toByteArray());
            client.handshake();
            client.send("ping");

            assertThat(client.readText(4)).isEqualTo("ping");
        }
    }

    @EachTlsVersion
    void clientThatLeavesInTheMiddleOfItsClientHelloIsAFailedHandshake(String version) {
        try (TlsClient client = open(version)) {
            byte[] hello = client.clientHello();
            client.sendRaw(Arrays.copyOf(hello, hello.length / 2));
        }
        assertRefused("client_hello_incomplete");
    }

    @EachTlsVersion
    void clientThatLeavesAfterItsClientHelloIsAFailedHandshake(String version) throws IOException {
        try (TlsClient client = open(version)) {
            client.sendRaw(client.clientHello());
            client.sendFin();
            client.socket().getInputStream().readAllBytes();
        }
        assertRefused("client_left");
    }

    @Test
    void hundredsOfBadClientsLeaveNothingBehind() {
        byte[] noise = new Payload(12).bytes(2000);
        for (int i = 0; i < 300; i++) {
            try (TlsClient client = open()) {
                switch (i % 4) {
                    case 0 -> client.sendRaw(Arrays.copyOfRange(noise, i, i + 100));
                    case 1 -> client.sendRaw(ascii("GET / HTTP/1.0\r\n\r\n"));
                    case 2 -> client.sendRaw(client.clientHello());
                    default -> client.reset();
                }
            }
        }
        proxy.awaitMetric(1, "sallyport_connections_active");
        // The last of them may be accepted only now.
        proxy.awaitMetric(0, "sallyport_handshakes_in_flight");
    }
}
