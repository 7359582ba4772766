package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.ChildProxy;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Payload;
import io.sallyport.testing.RunningProxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions across processes that share nothing but a secret; openssl is the client. */
final class ResumptionIT {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Replica Root");
    private static final IssuedCertificate CERTIFICATE =
            ROOT.server("localhost").issue();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aSessionOutlivesTheProcessThatMadeIt(String version) throws Exception {
        Files.writeString(
                directory.resolve("secret"), "a secret of at least thirty-two bytes", StandardCharsets.US_ASCII);
        try (FakeBackend backend = FakeBackend.source(new Payload(1), 16)) {
            try (ChildProxy first = start(backend)) {
                assertThat(connect(first, version, "-sess_out")).contains("New, TLS");
            }
            try (ChildProxy second = start(backend)) {
                assertThat(connect(second, version, "-sess_in")).contains("Reused, TLS");
            }
        }
    }

    /** A session of one process, after the epoch of its key, at another. */
    @Test
    void aSessionOutlivesARotationAndAChangeOfReplica() throws Exception {
        int seconds = 10;
        String rotate = "listeners.https.tls.session.rotate = " + seconds + "s";
        Files.writeString(
                directory.resolve("secret"), "a secret of at least thirty-two bytes", StandardCharsets.US_ASCII);
        try (FakeBackend backend = FakeBackend.source(new Payload(1), 16);
                ChildProxy first = start(backend, rotate);
                ChildProxy second = start(backend, rotate)) {
            // Not at the end of an epoch, so that all of this is of the same; and not at its start, which a process
            // sees a
            // second late.
            await().atMost(Duration.ofSeconds(2L * seconds))
                    .until(() -> second() % seconds >= 3 && second() % seconds < seconds / 2 + 1);
            long epoch = second() / seconds;
            for (String version : List.of("-tls1_2", "-tls1_3")) {
                assertThat(connect(first, version, "-sess_out", version)).contains("New, TLS");
            }

            await().atMost(Duration.ofSeconds(2L * seconds)).until(() -> second() / seconds > epoch);

            for (String version : List.of("-tls1_2", "-tls1_3")) {
                assertThat(connect(second, version, "-sess_in", version)).contains("Reused, TLS");
                assertThat(connect(first, version, "-sess_in", version)).contains("Reused, TLS");
            }
        }
    }

    private static long second() {
        return Instant.now().getEpochSecond();
    }

    private ChildProxy start(FakeBackend backend, String... more) {
        return RunningProxy.to(backend.address())
                .certificate(ROOT, CERTIFICATE)
                .with("listeners.https.tls.session.ticket-secret-file = \"" + directory.resolve("secret") + "\"")
                .with(more)
                .startProcess();
    }

    private String connect(ChildProxy proxy, String version, String session) {
        return connect(proxy, version, session, "session");
    }

    private String connect(ChildProxy proxy, String version, String session, String name) {
        return new Openssl(directory)
                .output(List.of(
                        "s_client",
                        "-ign_eof",
                        "-connect",
                        "127.0.0.1:" + proxy.address().getPort(),
                        version,
                        session,
                        name + ".pem"));
    }
}
