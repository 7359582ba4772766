package io.sallyport.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Http;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.PemFiles;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What most people try first. */
class HandshakeTableCurlTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void fetchesAPage(String version) throws Exception {
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            assertThat(curl(proxy, version)).endsWith("hello from the backend\n200 0");

            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("tls_version")).isEqualTo("TLSv" + version);
            assertThat(line.text("server_name")).isEqualTo("localhost");
            assertThat(line.number("backend_to_client_bytes")).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void fetchesAPageWithAClientCertificate(String version) throws Exception {
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        PemFiles client = clients.client("ops").issue().writePem(directory, "client");
        try (FakeBackend backend = Http.backend()) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address());
            clients.writePem(builder.directory(), "clients");
            builder.with("listeners.https.tls.client-auth { mode = require, trust-anchors = [clients.crt] }");
            try (RunningProxy proxy = builder.start()) {
                assertThat(curl(
                                proxy,
                                version,
                                "--cert",
                                client.chain().toString(),
                                "--key",
                                client.key().toString()))
                        .endsWith("hello from the backend\n200 0");

                assertThat(proxy.awaitConnectionLine().text("client_certificate"))
                        .isEqualTo("CN=ops");
            }
        }
    }

    /** Status and the outcome of the verification stand behind the page. */
    private String curl(RunningProxy proxy, String version, String... options) throws IOException {
        int port = proxy.address().getPort();
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "10"));
        command.addAll(List.of("--tlsv" + version, "--tls-max", version));
        command.addAll(List.of(
                "--cacert", proxy.authority().writePem(directory, "root").toString()));
        command.addAll(List.of("--resolve", "localhost:" + port + ":127.0.0.1"));
        command.addAll(List.of("-w", "\n%{http_code} %{ssl_verify_result}"));
        command.addAll(List.of(options));
        command.add("https://localhost:" + port + "/");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
