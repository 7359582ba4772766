package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;
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

    private ChildProxy start(FakeBackend backend) {
        return RunningProxy.to(backend.address())
                .certificate(ROOT, CERTIFICATE)
                .with("listeners.https.tls.session.ticket-secret-file = \"" + directory.resolve("secret") + "\"")
                .startProcess();
    }

    private String connect(ChildProxy proxy, String version, String session) {
        return new Openssl(directory)
                .output(List.of(
                        "s_client",
                        "-ign_eof",
                        "-connect",
                        "127.0.0.1:" + proxy.address().getPort(),
                        version,
                        session,
                        "session.pem"));
    }
}
