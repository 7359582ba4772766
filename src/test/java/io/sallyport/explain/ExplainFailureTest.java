package io.sallyport.explain;

import static io.sallyport.explain.Asked.steps;
import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.StartTls;
import io.sallyport.explain.judge.FailureKind;
import io.sallyport.explain.judge.FindingCode;
import io.sallyport.explain.probe.ExplainRequest;
import io.sallyport.explain.report.Explanation;
import io.sallyport.explain.report.Ink;
import io.sallyport.explain.report.TextReport;
import io.sallyport.explain.scan.VersionScan;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.RefusedPort;
import io.sallyport.tls.path.TrustAnchors;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers with which there is no handshake. */
class ExplainFailureTest {
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final int ONE_PACKET = 1400;

    private final CertificateAuthority root = CertificateAuthority.create("Test Root");

    @TempDir
    private Path directory;

    @Test
    void aClosedPortRefuses() {
        try (RefusedPort port = new RefusedPort()) {
            Explanation explanation = Asked.of(port.address()).explain();

            assertFailed(explanation, FailureKind.CONNECTION_REFUSED, "nothing listens at 127.0.0.1:");
            assertThat(text(explanation)).contains("TCP not connected");
        }
    }

    @Test
    void aNameWithoutAnAddressIsTold() {
        ExplainRequest request = new ExplainRequest(
                new HostPort("nowhere.invalid", 443),
                null,
                new TrustAnchors(List.of()),
                null,
                List.of(),
                false,
                true,
                SHORT,
                false,
                StartTls.OFF,
                List.of());

        Explanation explanation = new Explainer(request, InstantSource.system()).explain();

        assertFailed(explanation, FailureKind.UNRESOLVED, "nowhere.invalid has no address");
        assertThat(explanation.scan()).isNull();
    }

    @Test
    void aSilentPortIsTold() {
        try (RawServer server = new RawServer(RawServer::readAll)) {
            Explanation explanation = Asked.of(server.address()).within(SHORT).explain();

            assertFailed(explanation, FailureKind.NO_ANSWER, "no byte came within 1s");
            assertThat(steps(explanation)).containsExactly("> ClientHello");
        }
    }

    @Test
    void aFullBacklogIsNoConnection() throws IOException {
        // One place in the queue and nobody accepts: further SYNs get no answer.
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket first = new Socket(full.getInetAddress(), full.getLocalPort());
                Socket second = new Socket(full.getInetAddress(), full.getLocalPort())) {
            Explanation explanation = Asked.of(new InetSocketAddress(full.getInetAddress(), full.getLocalPort()))
                    .within(SHORT)
                    .explain();

            assertThat(first.isConnected() && second.isConnected()).isTrue();
            assertFailed(explanation, FailureKind.CONNECTION_TIMEOUT, "within 1s");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        HTTP/1.1 400 Bad Request     | PLAIN_HTTP     | plain HTTP
        <!DOCTYPE HTML><html>        | PLAIN_HTTP     | plain HTTP
        SSH-2.0-OpenSSH_9.2          | OTHER_PROTOCOL | speaks SSH
        220 mail.example ESMTP       | OTHER_PROTOCOL | speaks SMTP or FTP
        * OK IMAP4rev1               | OTHER_PROTOCOL | speaks IMAP
        +OK POP3 ready               | OTHER_PROTOCOL | speaks POP3
        -ERR unknown command         | OTHER_PROTOCOL | speaks Redis
        JUNK                         | GARBAGE        | are no TLS: "JUNK
        """)
    void anotherProtocolIsNamed(String greeting, FailureKind kind, String words) {
        try (RawServer server = RawServer.answering(greeting + "\r\n")) {
            Explanation explanation = Asked.of(server.address()).explain();

            assertFailed(explanation, kind, words);
            assertThat(steps(explanation)).startsWith("> ClientHello");
            assertThat(text(explanation)).contains("bytes that are no TLS");
        }
    }

    @Test
    void controlCharactersOfAServerNeverReachTheTerminal() {
        try (RawServer server = RawServer.answering("\u001b[2J\u009b31m\u0007<script>\n")) {
            String text = text(Asked.of(server.address()).explain());

            assertThat(text).contains("\\x1b[2J\\x9b31m\\x07<script>").doesNotContain("\u001b", "\u009b", "\u0007");
        }
    }

    @Test
    void whoClosesOrResetsWithoutAWordIsTold() {
        try (RawServer closing = new RawServer(RawServer::readSome);
                RawServer resetting = new RawServer(client -> {
                    RawServer.readSome(client);
                    client.setSoLinger(true, 0);
                })) {
            assertFailed(
                    Asked.of(closing.address()).explain(),
                    FailureKind.SERVER_LEFT,
                    "closed the TCP connection after ClientHello without an alert");
            assertFailed(Asked.of(resetting.address()).explain(), FailureKind.SERVER_RESET, "reset the TCP connection");
        }
    }

    @Test
    void whoStopsInTheMiddleIsTold() {
        // A record header that promises more than comes.
        try (RawServer server = new RawServer(client -> {
            RawServer.readSome(client);
            client.getOutputStream().write(new byte[] {22, 3, 3, 0, 100, 2, 0, 0, 96, 3, 3});
            RawServer.readAll(client);
        })) {
            Explanation explanation = Asked.of(server.address()).within(SHORT).explain();

            assertFailed(explanation, FailureKind.STALLED, "The server stopped in the middle of ServerHello");
            assertThat(text(explanation)).contains("ServerHello, cut off");
        }
    }

    @Test
    void aCutAfterALargeClientHelloIsFoundOut() {
        try (OpensslServer server =
                        OpensslServer.start(directory, root.server("localhost").issue());
                RawServer middlebox = new RawServer(client -> {
                    byte[] hello = new byte[32 * 1024];
                    int length = client.getInputStream().read(hello);
                    if (length > ONE_PACKET) {
                        return;
                    }
                    try (Socket behind = new Socket(
                            server.address().getAddress(), server.address().getPort())) {
                        behind.getOutputStream().write(hello, 0, length);
                        InputStream answer = behind.getInputStream();
                        client.getOutputStream().write(answer.readNBytes(5));
                    }
                })) {
            Explanation explanation =
                    Asked.of(middlebox.address()).trusting(root.certificate()).explain();

            assertFailed(explanation, FailureKind.LARGE_CLIENT_HELLO, "X25519MLKEM768");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        40  | NO_COMMON_PARAMETERS | (handshake_failure)
        70  | NO_COMMON_VERSION    | refuses TLSv1.3 and TLSv1.2
        80  | SERVER_FAULT         | internal_error
        112 | SERVER_NAME_REFUSED  | does not know the name localhost
        120 | NO_COMMON_ALPN       | none of the application protocols on offer: h2
        47  | SERVER_ALERT         | illegal_parameter
        """)
    void anAlertIsPutIntoWords(int alert, FailureKind kind, String words) {
        try (RawServer server = RawServer.answering("\u0015\u0003\u0003\0\u0002\u0002" + (char) alert)) {
            Explanation explanation = Asked.of(server.address()).alpn("h2").explain();

            assertFailed(explanation, kind, words);
            assertThat(steps(explanation)).containsExactly("> ClientHello", "< Alert");
        }
    }

    @Test
    void aServerThatIsTooOldIsTold() {
        try (OpensslServer server = OpensslServer.start(
                directory, root.server("localhost").issue(), "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")) {
            Explanation explanation = Asked.of(server.address()).scan().explain();

            assertFailed(explanation, FailureKind.NO_COMMON_VERSION, "The server ");
            // The scan tells what the handshake could not.
            assertThat(Asked.scan(explanation).versions().stream()
                            .filter(VersionScan::isTaken)
                            .map(version -> TlsVersions.name(version.version())))
                    .containsExactly("TLSv1.1");
            assertThat(Asked.codes(explanation)).contains(FindingCode.OLD_VERSION);
        }
    }

    @Test
    void anOldClientIsToldByAServerOfTls13Alone() {
        try (OpensslServer server =
                OpensslServer.start(directory, root.server("localhost").issue(), "-tls1_3")) {
            Explanation explanation = Asked.of(server.address()).tls12().explain();

            assertFailed(explanation, FailureKind.NO_COMMON_VERSION, "refuses TLSv1.2");
            assertThat(Asked.failure(explanation).fix()).contains("--tls1.2");
        }
    }

    @Test
    void noCommonSuiteIsTold() {
        try (OpensslServer server = OpensslServer.start(
                directory, root.server("localhost").issue(), "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-CCM")) {
            assertFailed(Asked.of(server.address()).explain(), FailureKind.NO_COMMON_PARAMETERS, "cipher suites");
        }
    }

    @Test
    void noCommonProtocolIsToldByOpenssl() {
        try (OpensslServer server =
                OpensslServer.start(directory, root.server("localhost").issue(), "-alpn", "http/1.1")) {
            assertFailed(Asked.of(server.address()).alpn("h2").explain(), FailureKind.NO_COMMON_ALPN, "on offer: h2");
        }
    }

    @Test
    void theFaultOfAServerIsTold() throws IOException {
        Files.writeString(directory.resolve("resp.der"), "no response");
        try (OpensslServer server =
                OpensslServer.start(directory, root.server("localhost").issue(), "-status_file", "resp.der")) {
            assertFailed(Asked.of(server.address()).explain(), FailureKind.SERVER_FAULT, "fault is its own");
        }
    }

    private static String text(Explanation explanation) {
        return TextReport.write(explanation, Instant.now(), Ink.PLAIN);
    }

    private static void assertFailed(Explanation explanation, FailureKind kind, String words) {
        assertThat(explanation.failure()).as(text(explanation)).isNotNull();
        assertThat(Asked.failure(explanation).kind()).as(text(explanation)).isEqualTo(kind);
        assertThat(Asked.failure(explanation).what()).contains(words).endsWith(".");
        assertThat(Asked.failure(explanation).fix()).endsWith(".");
        assertThat(text(explanation)).contains("failed: " + kind.tag());
    }
}
