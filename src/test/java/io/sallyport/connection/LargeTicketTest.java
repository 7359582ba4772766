package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.OpensslClient;
import io.sallyport.testing.Pem;
import io.sallyport.testing.RunningProxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A ticket holds the client's whole chain. Whatever the size of a chain that is let in: the first connection works, and the
 * second works as the first.
 */
class LargeTicketTest {
    private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Clients");

    /** Two records, the first of which BoringSSL writes together with the tickets of TLS 1.3. */
    private static final String ANSWER = "x".repeat(20_000) + "THE-END";

    private static FakeBackend backend;
    private static RunningProxy proxy;

    @BeforeAll
    static void start() {
        backend = FakeBackend.running(socket -> {
            if (socket.getInputStream().read(new byte[1024]) > 0) {
                socket.getOutputStream().write(ANSWER.getBytes(StandardCharsets.US_ASCII));
            }
        });
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        CLIENTS.writePem(builder.directory(), "clients");
        proxy = builder.with("listeners.https.tls.client-auth { mode = require, trust-anchors = [\"clients.crt\"] }")
                .start();
    }

    @AfterAll
    static void stop() {
        proxy.close();
        backend.close();
    }

    /** {@code size}: bytes of the certificate. Full handshakes where no ticket can hold it. */
    @ParameterizedTest
    @CsvSource({
        "-tls1_2, 15000, Reused",
        "-tls1_2, 16400, Reused",
        "-tls1_2, 20000, Reused",
        "-tls1_2, 33000, Reused",
        "-tls1_2, 50000, Reused",
        "-tls1_2, 64500, Reused",
        "-tls1_2, 65200, Reused",
        "-tls1_2, 65450, New",
        "-tls1_3, 15000, Reused",
        "-tls1_3, 16400, Reused",
        "-tls1_3, 23500, Reused",
        "-tls1_3, 23600, New",
        "-tls1_3, 32600, New",
        "-tls1_3, 50000, New",
        "-tls1_3, 64500, New",
        "-tls1_3, 65450, New"
    })
    void comesBackAsItCame(String version, int size, String second) {
        Path directory = proxy.directory();
        IssuedCertificate client = ofSize(size);
        Pem.write(directory.resolve("client.crt"), Pem.certificate(client.leaf()));
        Pem.write(directory.resolve("client.key"), client.keyPem());

        String first = connect(version, "-sess_out");
        String again = connect(version, directory.resolve("session").toFile().exists() ? "-sess_in" : "-sess_out");
        directory.resolve("session").toFile().delete();

        assertThat(first).contains("THE-END").contains("New, TLSv1");
        assertThat(again).contains("THE-END").contains(second + ", TLSv1");
    }

    private static String connect(String version, String sessionOption) {
        return new OpensslClient(proxy.directory(), proxy)
                .with(version, "-cert", "client.crt", "-key", "client.key", sessionOption, "session")
                .request()
                .output();
    }

    /** Give or take the few bytes by which a signature varies. */
    private static IssuedCertificate ofSize(int size) {
        int others = encodedLength(issue(size / 2)) - size / 2;
        return issue(size - others);
    }

    private static int encodedLength(IssuedCertificate certificate) {
        try {
            return certificate.leaf().getEncoded().length;
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static IssuedCertificate issue(int padding) {
        return CLIENTS.client("ops").uri("urn:" + "x".repeat(padding)).issue();
    }
}
