package io.sallyport.tls.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.OpensslClient;
import io.sallyport.testing.Pem;
import io.sallyport.testing.RunningProxy;
import io.sallyport.tls.file.Findings;
import java.io.IOException;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of trust anchors that do not fit into a CertificateRequest are left out; handshakes work, and it is told. */
class AuthorityNamesTest {
    private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Clients");

    @ParameterizedTest
    @CsvSource({
        "-tls1_2, 30000, true",
        "-tls1_2, 65023, true",
        "-tls1_2, 65024, false",
        "-tls1_2, 140000, false",
        "-tls1_3, 30000, true",
        "-tls1_3, 65023, true",
        "-tls1_3, 65024, false",
        "-tls1_3, 65535, false",
        "-tls1_3, 140000, false"
    })
    void opensslIsTakenHoweverLongTheyAre(String version, int bytes, boolean told) {
        try (FakeBackend backend = FakeBackend.running(AuthorityNamesTest::answer)) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address());
            Pem.write(builder.directory().resolve("clients.crt"), Pem.certificates(anchors(bytes)));
            IssuedCertificate client = CLIENTS.client("ops").issue();
            Pem.write(builder.directory().resolve("client.crt"), client.chainPem());
            Pem.write(builder.directory().resolve("client.key"), client.keyPem());
            try (RunningProxy proxy = builder.with(
                            "listeners.https.tls.client-auth { mode = require, trust-anchors = [\"clients.crt\"] }")
                    .start()) {
                String output = new OpensslClient(proxy.directory(), proxy)
                        .with(version, "-cert", "client.crt", "-key", "client.key")
                        .request()
                        .output();

                assertThat(output).contains("GET /");
                assertThat(output.contains("Acceptable client certificate CA names"))
                        .isEqualTo(told);
            }
        }
    }

    @Test
    void tellsAtLoadThatTheyAreLeftOutOrTooLongForSome() {
        Findings findings = new Findings();
        AuthorityNames.tell(anchors(30_000), findings, "conf/x.conf:7");
        AuthorityNames.tell(anchors(40_000), findings, "conf/x.conf:8");
        AuthorityNames.tell(anchors(70_000), findings, "conf/x.conf:9");

        assertThat(findings.warnings())
                .extracting(ConfigProblem::toString)
                .satisfiesExactly(
                        warning -> assertThat(warning)
                                .startsWith("conf/x.conf:8: trust-anchors: ")
                                .contains("take 40000 bytes", "clients in Java"),
                        warning -> assertThat(warning)
                                .startsWith("conf/x.conf:9: trust-anchors: ")
                                .contains("take 70000 bytes", "clients are told of none"));
    }

    private static void answer(Socket socket) throws IOException {
        byte[] request = new byte[1024];
        int length = socket.getInputStream().read(request);
        socket.getOutputStream().write(request, 0, Math.max(0, length));
    }

    /** Anchors whose names take as many bytes in a CertificateRequest, the one of our clients among them. */
    private static List<X509Certificate> anchors(int bytes) {
        List<X509Certificate> anchors = new ArrayList<>(List.of(CLIENTS.certificate()));
        int rest = bytes - size(CLIENTS.certificate());
        while (rest > 0) {
            int next = rest > 40_000 ? 20_000 : rest > 20_000 ? rest / 2 : rest;
            X509Certificate anchor = named(next);
            anchors.add(anchor);
            rest -= size(anchor);
        }
        return anchors;
    }

    private static X509Certificate named(int bytes) {
        int others = size(CertificateAuthority.create("n".repeat(bytes / 2)).certificate()) - bytes / 2;
        return CertificateAuthority.create("n".repeat(bytes - others)).certificate();
    }

    private static int size(X509Certificate certificate) {
        return 2 + certificate.getSubjectX500Principal().getEncoded().length;
    }
}
