package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Connections that begin in plain text, on either side. */
class StartTlsTest {
    private static final String SMTP = "listeners.https.starttls = smtp";
    private static final String GREETING = "220 localhost ESMTP\r\n";

    /** A mail server that greets, and answers each line with it. */
    private static void echoMail(Socket socket) throws IOException {
        socket.getOutputStream().write("220 inside ESMTP\r\n".getBytes(StandardCharsets.US_ASCII));
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            socket.getOutputStream().write(("250 " + line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Test
    void aClientThatHasBeenGreetedIsNotGreetedAgainByItsServer() throws Exception {
        try (FakeBackend backend = FakeBackend.running(StartTlsTest::echoMail);
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).with(SMTP).start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            assertThat(line(client.socket())).isEqualTo(GREETING);
            client.sendRaw("EHLO client\r\nSTARTTLS\r\nNOOP injected\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(line(client.socket()) + line(client.socket()) + line(client.socket()))
                    .isEqualTo("250-localhost\r\n250 STARTTLS\r\n220 2.0.0 Ready to start TLS\r\n");
            client.handshake();
            client.send("EHLO again\r\n");

            assertThat(client.readText(16)).isEqualTo("250 EHLO again\r\n");
            client.sendCloseNotify();
            client.sendFin();
            client.tcpEnd();
        }
    }

    /** Mail servers refuse who speaks before their greeting. */
    @Test
    void nothingReachesAServerBeforeItHasGreeted() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        List<Integer> early = new CopyOnWriteArrayList<>();
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    sent.await();
                    early.add(socket.getInputStream().available());
                    echoMail(socket);
                });
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).with(SMTP).start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            assertThat(line(client.socket())).isEqualTo(GREETING);
            client.sendRaw("STARTTLS\r\n".getBytes(StandardCharsets.US_ASCII));
            line(client.socket());
            client.handshake();
            client.send("EHLO a\r\n");
            backend.awaitOpen(1);
            sent.countDown();

            assertThat(client.readText(12)).isEqualTo("250 EHLO a\r\n");
            assertThat(early).containsExactly(0);
            client.sendCloseNotify();
            client.sendFin();
            client.tcpEnd();
        }
    }

    @Test
    void theGreetingComesBehindThePROXYHeader() throws Exception {
        try (FakeBackend backend = FakeBackend.running(StartTlsTest::echoMail);
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(SMTP, "listeners.https.proxy-protocol { accept = on, trusted = [\"127.0.0.0/8\"] }")
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            client.sendRaw(
                    "PROXY TCP4 192.0.2.7 192.0.2.8 4242 25\r\nSTARTTLS\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(line(client.socket())).isEqualTo(GREETING);
            assertThat(line(client.socket())).startsWith("220 2.0.0");
            client.handshake();
            client.send("EHLO a\r\n");
            assertThat(client.readText(12)).isEqualTo("250 EHLO a\r\n");
            client.sendCloseNotify();
            client.sendFin();
            client.tcpEnd();
            assertThat(proxy.awaitConnectionLine().text("client")).isEqualTo("192.0.2.7:4242");
        }
    }

    @Test
    void aServersOwnWordsAreForAClientThatNobodyHasGreeted() throws Exception {
        CertificateAuthority authority = CertificateAuthority.create("Inside");
        try (FakeBackend inside = FakeBackend.running(StartTlsTest::echoMail);
                RunningProxy server = RunningProxy.to(inside.address())
                        .with(SMTP)
                        .certificate(
                                authority, authority.server("inside.example").issue())
                        .start()) {
            RunningProxy.Builder builder = RunningProxy.to(server.address());
            authority.writePem(builder.directory(), "inside");
            try (RunningProxy proxy = builder.with(
                                    "backends.app.tls { enabled = on, starttls = smtp, trust-anchors = [inside.crt],"
                                            + " server-name = inside.example }",
                                    "listeners.plain { bind = \"127.0.0.1:0\", backend = app }")
                            .start();
                    PlainClient client = PlainClient.connect(proxy.address("plain"))) {
                String greeting = "220 inside.example ESMTP\r\n";
                assertThat(client.readText(greeting.length())).isEqualTo(greeting);
                client.send("EHLO a\r\n");
                assertThat(client.readText(12)).isEqualTo("250 EHLO a\r\n");
                // Of a listener with it, and of the servers of a backend with it.
                for (RunningProxy each : List.of(server, proxy)) {
                    assertThat(each.get("/status").body()).containsOnlyOnce("\"starttls\" : \"smtp\"");
                }
            }
        }
    }

    @Test
    void aGreetingThatComesWithinTheTlsOfTheServerIsNotHeardTwiceEither() throws Exception {
        CertificateAuthority authority = CertificateAuthority.create("Inside");
        try (FakeBackend inside = FakeBackend.running(StartTlsTest::echoMail);
                RunningProxy server = RunningProxy.to(inside.address())
                        .certificate(
                                authority, authority.server("inside.example").issue())
                        .start()) {
            RunningProxy.Builder builder = RunningProxy.to(server.address());
            authority.writePem(builder.directory(), "inside");
            try (RunningProxy proxy = builder.with(
                                    SMTP,
                                    "backends.app.tls { enabled = on, trust-anchors = [inside.crt],"
                                            + " server-name = inside.example }")
                            .start();
                    TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
                line(client.socket());
                client.sendRaw("STARTTLS\r\n".getBytes(StandardCharsets.US_ASCII));
                line(client.socket());
                client.handshake();
                client.send("EHLO a\r\n");

                assertThat(client.readText(12)).isEqualTo("250 EHLO a\r\n");
                client.sendCloseNotify();
                client.sendFin();
                client.tcpEnd();
            }
        }
    }

    /** What a server says to SSLRequest, and what is counted. */
    @ParameterizedTest
    @CsvSource({
        "N, starttls_refused",
        "EFATAL, starttls_refused",
        "SS, starttls_failed",
        "X, starttls_failed",
        "'', starttls_timeout",
    })
    void aServerThatDoesNotBeginWithTlsIsNotSpokenTo(String answer, String reason) throws Exception {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    heard.writeBytes(socket.getInputStream().readNBytes(8));
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                    heard.writeBytes(socket.getInputStream().readAllBytes());
                });
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                "backends.app { connect { timeout = 500ms, retries = 0 }",
                                "tls { enabled = on, starttls = postgresql, server-name = a } }")
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            client.tcpEnd();

            proxy.awaitMetric(1, "sallyport_backend_connect_failures_total", "reason", reason);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_tls_failed");
            backend.awaitOpen(0);
            assertThat(heard.toByteArray()).isEqualTo(new byte[] {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x2f});
        }
    }

    @Test
    void aServerThatGreetsWithARefusalIsPassedOver() throws Exception {
        try (FakeBackend full = FakeBackend.running(socket ->
                        socket.getOutputStream().write("421 too many\r\n".getBytes(StandardCharsets.US_ASCII)));
                FakeBackend backend = FakeBackend.running(StartTlsTest::echoMail);
                RunningProxy proxy = RunningProxy.to(full.address())
                        .with(
                                SMTP,
                                "backends.app.servers += { address = \"127.0.0.1:"
                                        + backend.address().getPort() + "\", backup = on }")
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            line(client.socket());
            client.sendRaw("STARTTLS\r\n".getBytes(StandardCharsets.US_ASCII));
            line(client.socket());
            client.handshake();
            client.send("EHLO a\r\n");

            assertThat(client.readText(12)).isEqualTo("250 EHLO a\r\n");
            proxy.awaitMetric(1, "sallyport_backend_connect_failures_total", "reason", "starttls_refused");
            client.sendCloseNotify();
            client.sendFin();
            client.tcpEnd();
        }
    }

    private static String line(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.indexOf("\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                break;
            }
            line.append((char) next);
        }
        return line.toString();
    }
}
