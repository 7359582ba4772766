package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.ChildProxy;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Payload;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SSLKEYLOGFILE: what the proxy writes is what the client, which is openssl, wrote of the same session. */
final class KeyLogIT {
    private static final String WARNING = "SSLKEYLOGFILE is set";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void theSecretsOfBothVersionsAreThoseOfTheClient() throws Exception {
        Path ours = directory.resolve("ours");
        try (FakeBackend backend = FakeBackend.source(new Payload(1), 16);
                ChildProxy proxy =
                        RunningProxy.to(backend.address()).startProcessWithVariable("SSLKEYLOGFILE", ours.toString())) {
            connect(proxy, "-tls1_2", directory.resolve("tls12"));
            connect(proxy, "-tls1_3", directory.resolve("tls13"));

            Set<String> theirs = secrets(directory.resolve("tls12"));
            assertThat(theirs).singleElement().asString().startsWith("CLIENT_RANDOM ");
            theirs.addAll(secrets(directory.resolve("tls13")));
            assertThat(theirs)
                    .extracting(line -> line.substring(0, line.indexOf(' ')))
                    .contains("CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0", "EXPORTER_SECRET");
            await("the key log")
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(secrets(ours)).isEqualTo(theirs));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(ours)))
                    .isEqualTo("rw-------");
            List<LogLine> warnings = proxy.logLines(WARNING);
            assertThat(warnings).singleElement().satisfies(line -> {
                assertThat(line.text("level")).isEqualTo("warn");
                assertThat(line.text("message")).contains(ours.toString(), "can read the traffic");
            });
        }
    }

    @Test
    void aFileThatIsThereIsAppendedTo() throws Exception {
        Path ours = Files.writeString(directory.resolve("ours"), "# earlier\n");
        try (FakeBackend backend = FakeBackend.source(new Payload(1), 16);
                ChildProxy proxy =
                        RunningProxy.to(backend.address()).startProcessWithVariable("SSLKEYLOGFILE", ours.toString())) {
            connect(proxy, "-tls1_2", directory.resolve("theirs"));

            await("the key log")
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(Files.readAllLines(ours)).hasSize(2));
            assertThat(Files.readAllLines(ours)).startsWith("# earlier");
        }
    }

    @Test
    void withoutTheVariableNobodyIsWarned() {
        try (FakeBackend backend = FakeBackend.closing();
                ChildProxy proxy = RunningProxy.to(backend.address()).startProcessWithVariable("SSLKEYLOGFILE", "")) {
            assertThat(proxy.logLines(WARNING)).isEmpty();
        }
    }

    private void connect(ChildProxy proxy, String version, Path keyLog) {
        assertThat(new Openssl(directory)
                        .output(List.of(
                                "s_client",
                                "-ign_eof",
                                version,
                                "-keylogfile",
                                keyLog.toString(),
                                "-connect",
                                "127.0.0.1:" + proxy.address().getPort())))
                .contains("New, TLS");
    }

    private static Set<String> secrets(Path file) throws IOException {
        Set<String> secrets = new TreeSet<>();
        for (String line : Files.readAllLines(file)) {
            if (!line.startsWith("#") && !line.isEmpty()) {
                secrets.add(line);
            }
        }
        return secrets;
    }
}
