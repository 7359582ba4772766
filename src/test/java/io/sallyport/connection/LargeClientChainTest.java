package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Pem;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists of certificates that are larger than any chain of a client. */
class LargeClientChainTest {
    private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Clients");
    private static final IssuedCertificate CLIENT = CLIENTS.client("ops").issue();

    /** Some 11 KiB each. */
    private static final IssuedCertificate LARGE = CLIENTS.client("large")
            .dns(IntStream.range(0, 500)
                    .mapToObj(i -> "host-" + i + ".example.test")
                    .toArray(String[]::new))
            .issue();

    @ParameterizedTest
    @CsvSource({"-tls1_2, 4, ''", "-tls1_3, 4, ''", "-tls1_2, 8, alert number 47", "-tls1_3, 8, alert number 47"})
    void opensslWithMoreThan64KibIsRefusedByItsHeader(String version, int count, String alert) {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = requiring(backend)) {
            Path chain = Pem.write(
                    proxy.directory().resolve("client.crt"),
                    CLIENT.chainPem() + String.join("", Collections.nCopies(count, LARGE.chainPem())));
            Path key = Pem.write(proxy.directory().resolve("client.key"), CLIENT.keyPem());
            String output = new Openssl(proxy.directory())
                    .output(List.of(
                            "s_client",
                            "-ign_eof",
                            version,
                            "-connect",
                            "127.0.0.1:" + proxy.address().getPort(),
                            "-cert",
                            chain.toString(),
                            "-cert_chain",
                            chain.toString(),
                            "-key",
                            key.toString()));

            if (alert.isEmpty()) {
                backend.awaitAccepted(1);
                return;
            }
            assertThat(output).contains(alert);
            assertThat(proxy.awaitHandshakeFailure().text("detail")).isEqualTo("EXCESSIVE_MESSAGE_SIZE");
            assertThat(backend.accepted()).isZero();
        }
    }

    /** Of 16 MiB that are announced, what is on its way when the first record is read is all that is ever taken. */
    @Test
    void sixteenMebibytesAreRefusedAtTheirStart() throws IOException {
        byte[] fragment = new byte[1 << 14];
        System.arraycopy(HexFormat.of().parseHex("0bffffff" + "fffffc"), 0, fragment, 0, 7);
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = requiring(backend);
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), TlsClient.TLS_1_2)) {
            client.sendRaw(client.clientHello());
            ByteArrayOutputStream record = new ByteArrayOutputStream();
            record.writeBytes(HexFormat.of().parseHex("1603034000"));
            record.writeBytes(fragment);
            client.sendRaw(record.toByteArray());

            byte[] answer = client.socket().getInputStream().readAllBytes();
            assertThat(answer).endsWith(21, 3, 3, 0, 2, 2, 47);
            assertThat(proxy.awaitHandshakeFailure().text("detail")).isEqualTo("EXCESSIVE_MESSAGE_SIZE");
            assertThat(backend.accepted()).isZero();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static RunningProxy requiring(FakeBackend backend) {
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        CLIENTS.writePem(builder.directory(), "clients");
        return builder.with("listeners.https.tls.client-auth { mode = require, trust-anchors = [\"clients.crt\"] }")
                .start();
    }
}
