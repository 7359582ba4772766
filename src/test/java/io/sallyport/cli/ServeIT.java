package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeIT {
    private final CertificateAuthority authority = CertificateAuthority.create("Serve");

    @TempDir
    private Path directory;

    private SallyportProcess serve(InetSocketAddress to, String... more) throws Exception {
        issue("first");
        List<Object> arguments = new ArrayList<>(List.of(
                "serve", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:" + to.getPort(), "--admin", "127.0.0.1:0"));
        arguments.addAll(List.of("--cert", "tls.crt", "--key", "tls.key", "--log-format", "json"));
        arguments.addAll(List.of(more));
        return SallyportProcess.start(directory, Map.of(), arguments.toArray());
    }

    private void issue(String name) {
        authority.server(name).issue().writePem(directory, "tls");
    }

    private static int port(SallyportProcess process) {
        return Integer.parseInt(process.awaitLine("\"message\":\"listening\".*127\\.0\\.0\\.1:(\\d+)"));
    }

    @Test
    void servesAndTakesANewCertificateAsTheCommandRunDoes() throws Exception {
        try (FakeBackend backend = hello();
                SallyportProcess process = serve(backend.address())) {
            int port = port(process);
            try (TlsClient client = new TlsClient(port)) {
                assertThat(client.get("/")).isEqualTo("hello");
                assertThat(client.serverCertificate()).contains("CN=first");
            }

            issue("second");
            process.signal("HUP");

            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                try (TlsClient client = new TlsClient(port)) {
                    assertThat(client.serverCertificate()).contains("CN=second");
                }
            });
            process.signal("TERM");
            assertThat(process.exitCode()).isZero();
            assertThat(process.err()).isEmpty();
        }
    }

    @Test
    void aNewCertificateIsSeenWithoutASignal() throws Exception {
        try (FakeBackend backend = hello();
                SallyportProcess process = serve(backend.address())) {
            int port = port(process);

            issue("second");

            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                try (TlsClient client = new TlsClient(port)) {
                    assertThat(client.serverCertificate()).contains("CN=second");
                }
            });
        }
    }

    @Test
    void aMissingFileIsToldAndNothingStarts() throws Exception {
        try (SallyportProcess process = SallyportProcess.start(
                directory, Map.of(), "serve", "--to", "127.0.0.1:1", "--cert", "none.crt", "--listen", "127.0.0.1:0")) {
            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(process.err())
                    .anySatisfy(line -> assertThat(line).contains("none.crt: no such file (expected: a PEM file"));
        }
    }

    private static FakeBackend hello() {
        return FakeBackend.running(
                socket -> socket.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII)));
    }
}
