package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.value.HostPort;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HealthcheckTest {
    @TempDir
    private Path directory;

    private ServerSocket admin = new ServerSocket();

    HealthcheckTest() throws IOException {}

    @BeforeEach
    void listen() throws IOException {
        admin = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        admin.close();
    }

    @ParameterizedTest
    @CsvSource({"200 OK, ready, 0", "503 Service Unavailable, starting, 1", "503 Service Unavailable, draining, 1"})
    void theExitCodeIsTheReadiness(String status, String body, int exitCode) {
        CompletableFuture<String> request = answer("HTTP/1.1 " + status + "\r\nA: b\r\n\r\n" + body + "\n");

        Outcome outcome = Outcome.of("healthcheck", "--admin", address());

        assertThat(outcome.exitCode()).isEqualTo(exitCode);
        assertThat(exitCode == 0 ? outcome.out() : outcome.err()).containsExactly(body);
        assertThat(exitCode == 0 ? outcome.err() : outcome.out()).isEmpty();
        assertThat(request.join()).startsWith("GET /readyz HTTP/1.1\r\nHost: " + address() + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1", "HTTP/1.1 2000 \r\n\r\n", "HTTP/1.1 404 Not Found\r\n\r\n"
            })
    void anythingElseIsNotReady(String bytes) {
        answer(bytes);

        Outcome outcome = Outcome.of("healthcheck", "--admin", address());

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).hasSize(1);
    }

    @Test
    void silenceIsNotReady() {
        Outcome outcome = Outcome.of("healthcheck", "--admin", address());

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).singleElement().asString().startsWith(address() + ": ");
    }

    @Test
    void nobodyThereIsNotReady() throws IOException {
        admin.close();

        Outcome outcome = Outcome.of("healthcheck", "--admin", address());

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).containsExactly(address() + ": connection refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "[::]"})
    void theConfigurationTellsTheAddress(String host) throws IOException {
        answer("HTTP/1.1 200 OK\r\n\r\nready\n");

        assertThat(Outcome.of("healthcheck", "-c", configuration(host + ":" + admin.getLocalPort())))
                .isEqualTo(new Outcome(0, List.of("ready"), List.of()));
    }

    /** The proxy goes on as it was, and whoever restarts what is unhealthy would end it for good. */
    @Test
    void aChangeThatIsWrongElsewhereLeavesItReady() throws IOException {
        answer("HTTP/1.1 200 OK\r\n\r\nready\n");
        Path file = configuration(address());
        Files.writeString(file, "sallyport.listeners.https.bakend = app\n", StandardOpenOption.APPEND);

        assertThat(Outcome.of("check", "-c", file).exitCode()).isEqualTo(1);
        assertThat(Outcome.of("healthcheck", "-c", file)).isEqualTo(new Outcome(0, List.of("ready"), List.of()));
    }

    @Test
    void anAddressThatIsNoneIsNamed() throws IOException {
        Path file = configuration("nowhere");

        Outcome outcome = Outcome.of("healthcheck", "-c", file);

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .containsExactly(file + ":8: admin.bind: \"nowhere\" (expected: " + HostPort.RULE + ")");
    }

    /** Whoever checks an image has no token. */
    @Test
    void aTokenIsNotNeeded() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .token("a-token-for-nobody")
                        .start()) {
            assertThat(Outcome.of(
                            "healthcheck",
                            "--admin",
                            "127.0.0.1:" + proxy.adminAddress().getPort()))
                    .isEqualTo(new Outcome(0, List.of("ready"), List.of()));
        }
    }

    @Test
    void withoutAnAdminListenerTheMetricsListenerIsAsked() throws IOException {
        answer("HTTP/1.1 200 OK\r\n\r\nready\n");
        Path file = configuration("");
        Files.writeString(
                file, "sallyport.metrics.bind = \"0.0.0.0:" + admin.getLocalPort() + "\"\n", StandardOpenOption.APPEND);

        assertThat(Outcome.of("healthcheck", "-c", file)).isEqualTo(new Outcome(0, List.of("ready"), List.of()));
    }

    @Test
    void withoutAnAdminListenerNobodyCanTell() throws IOException {
        Outcome outcome = Outcome.of("healthcheck", "-c", configuration(""));

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).singleElement().asString().startsWith("admin.bind: none");
    }

    private String address() {
        return "127.0.0.1:" + admin.getLocalPort();
    }

    private Path configuration(String bind) throws IOException {
        return Files.writeString(directory.resolve("sallyport.conf"), """
            sallyport {
              listeners.https {
                bind = "127.0.0.1:0"
                backend = app
                tls.certificates = [{ chain = "tls.crt", key = "tls.key" }]
              }
              backends.app.servers = ["127.0.0.1:1"]
              admin.bind = "%s"
            }
            """.formatted(bind));
    }

    /** Answers one connection with these bytes, and closes it. */
    private CompletableFuture<String> answer(String bytes) {
        return CompletableFuture.supplyAsync(() -> {
            try (Socket client = admin.accept()) {
                byte[] request = new byte[4096];
                int length = client.getInputStream().read(request);
                OutputStream out = client.getOutputStream();
                out.write(bytes.getBytes(StandardCharsets.US_ASCII));
                return new String(request, 0, length, StandardCharsets.US_ASCII);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
