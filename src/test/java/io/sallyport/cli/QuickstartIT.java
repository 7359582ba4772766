package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuickstartIT {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "HUP"})
    void answersAndEndsCleanly(String signal) throws Exception {
        try (SallyportProcess process = quickstart()) {
            int port = port(process);
            try (TlsClient client = new TlsClient(port)) {
                assertThat(client.get("/hi?a=b")).endsWith("Hello from behind Sallyport.\nGET /hi?a=b");
            }
            process.awaitLine("\"type\":\"connection\"");

            process.signal(signal);

            assertThat(process.exitCode()).isZero();
            assertThat(process.err()).isEmpty();
        }
    }

    @Test
    void printsWhatToTry() throws Exception {
        try (SallyportProcess process = quickstart()) {
            process.awaitLine("^Try it:  curl --insecure https://localhost:\\d+/$");
            process.awaitLine("^Admin:   http://127\\.0\\.0\\.1:\\d+/ ");
            process.awaitLine("^Stop:    Ctrl-C$");
        }
    }

    @Test
    void whoOpensTheLivePageSeesVisitsAndOneThatIsRefused() throws Exception {
        try (SallyportProcess process = quickstart();
                Socket page = new Socket(InetAddress.getLoopbackAddress(), adminPort(process))) {
            page.getOutputStream()
                    .write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            process.awaitLine("\"reason\":\"client_rejected_certificate\"");
            process.awaitLine("\"type\":\"connection\".*\"tls_version\"");
        }
    }

    @Test
    void theKeyIsOnNoDiskOnceItRuns() throws Exception {
        try (SallyportProcess process = quickstart()) {
            process.awaitLine("Stop:");
            try (Stream<Path> files = Files.walk(directory)) {
                assertThat(files).noneMatch(file -> file.toString().contains("tls."));
            }
        }
    }

    @Test
    void aReloadFindsNothingToReadAndLeavesItServing() throws Exception {
        try (SallyportProcess process = quickstart()) {
            assertThat(admin(process, "POST /reload")).startsWith("HTTP/1.1 202");
            await("the outcome of the reload")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> admin(process, "GET /metrics")
                            .contains("sallyport_reloads_total{result=\"unchanged\"} 1.0"));

            assertThat(admin(process, "GET /status")).contains("\"result\" : \"unchanged\"", "\"detail\" : \"\"");
            try (TlsClient client = new TlsClient(port(process))) {
                assertThat(client.get("/")).contains("Hello");
            }
            process.signal("TERM");
            assertThat(process.exitCode()).isZero();
            assertThat(process.out()).noneMatch(line -> line.contains("reload failed"));
        }
    }

    @Test
    void aSecondSignalStopsAtOnceAndSaysThatConnectionsWereCut() throws Exception {
        try (SallyportProcess process = quickstart();
                TlsClient client = new TlsClient(port(process))) {
            client.begin();
            process.signal("TERM");
            process.awaitLine("SIGTERM: stopping");
            assertThat(process.isAlive()).isTrue();

            process.signal("TERM");

            assertThat(process.exitCode()).isEqualTo(1);
        }
    }

    @Test
    void aDrainWaitsForTheLastConnection() throws Exception {
        try (SallyportProcess process = quickstart()) {
            try (TlsClient client = new TlsClient(port(process))) {
                client.begin();
                process.signal("TERM");
                process.awaitLine("SIGTERM: stopping");
                assertThat(process.isAlive()).isTrue();
            }

            assertThat(process.exitCode()).isZero();
        }
    }

    @Test
    void drainsWhenTheAdminListenerIsTold() throws Exception {
        try (SallyportProcess process = quickstart()) {
            assertThat(admin(process, "POST /drain")).startsWith("HTTP/1.1 202");

            assertThat(process.exitCode()).isZero();
            assertThat(process.err()).isEmpty();
        }
    }

    @Test
    void healthcheckSeesIt() throws Exception {
        String address;
        try (SallyportProcess process = quickstart()) {
            address = "127.0.0.1:" + adminPort(process);
            assertThat(Outcome.of("healthcheck", "--admin", address).exitCode()).isZero();
        }
        assertThat(Outcome.of("healthcheck", "--admin", address).exitCode()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"--port, --admin-port, listeners.https.bind", "--admin-port, --port, admin.bind"})
    void aTakenPortIsOneLine(String takenOption, String freeOption, String key) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                SallyportProcess process = SallyportProcess.start(
                        directory, Map.of(), "quickstart", takenOption, taken.getLocalPort(), freeOption, 0)) {
            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(process.err())
                    .singleElement()
                    .asString()
                    .contains(key, "127.0.0.1:" + taken.getLocalPort(), "in use");
        }
    }

    @Test
    void sixtyFourDescriptorsAreEnough() throws Exception {
        try (SallyportProcess process = SallyportProcess.startThrough(
                "ulimit -n 64; exec", directory, "quickstart", "--port", 0, "--admin-port", 0)) {
            try (TlsClient client = new TlsClient(port(process))) {
                assertThat(client.get("/")).contains("Hello");
            }
            process.signal("TERM");
            assertThat(process.exitCode()).isZero();
            assertThat(process.err()).isEmpty();
        }
    }

    private SallyportProcess quickstart() throws IOException {
        return SallyportProcess.start(directory, Map.of(), "quickstart", "--port", 0, "--admin-port", 0);
    }

    private static int port(SallyportProcess process) {
        return Integer.parseInt(process.awaitLine("https://localhost:(\\d+)/"));
    }

    private static int adminPort(SallyportProcess process) {
        return Integer.parseInt(process.awaitLine("http://127\\.0\\.0\\.1:(\\d+)/"));
    }

    private static String admin(SallyportProcess process, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), adminPort(process))) {
            String text = request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
