package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.OddCertificate;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Payload;
import io.sallyport.testing.RunningProxy;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.DERUTF8String;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A client whose certificate cannot be read is told so, and it is no error of ours; openssl is the client. */
final class UnreadableClientTest {
    private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Clients");

    static Stream<Arguments> certificates() {
        OddCertificate large = plain();
        for (int i = 0; i < 3_000; i++) {
            large.commonName(new DERUTF8String("a"));
        }
        return Stream.of(
                arguments(
                        "pinned",
                        plain().alternativeName(7, new byte[8]),
                        "an iPAddress of 8 bytes (expected: 4 or 16)"),
                arguments(
                        "pinned",
                        plain().alternativeName(7, new byte[5]),
                        "an iPAddress of 5 bytes (expected: 4 or 16)"),
                arguments("pinned", large, "more than 256 attributes in X.500 names"),
                arguments("require", large, "more than 256 attributes in X.500 names"));
    }

    @ParameterizedTest
    @MethodSource("certificates")
    void isToldThatItsCertificateIsBad(String mode, OddCertificate odd, String detail) {
        IssuedCertificate certificate = odd.issued();
        try (FakeBackend backend = FakeBackend.source(new Payload(1), 16);
                RunningProxy proxy = proxy(backend, mode, certificate)) {
            certificate.writePem(proxy.directory(), "client");

            String output = new Openssl(proxy.directory())
                    .output(List.of(
                            "s_client",
                            "-ign_eof",
                            "-connect",
                            "127.0.0.1:" + proxy.address().getPort(),
                            "-cert",
                            "client.crt",
                            "-key",
                            "client.key"));

            assertThat(output).contains("alert number 42");
            assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("client_certificate_invalid");
            assertThat(proxy.awaitHandshakeFailure().text("detail")).contains("the certificate cannot be read", detail);
            assertThat(backend.accepted()).isZero();
        }
    }

    private static RunningProxy proxy(FakeBackend backend, String mode, IssuedCertificate pinned) {
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        CLIENTS.writePem(builder.directory(), "clients");
        return builder.with("listeners.https.tls.client-auth { mode = " + mode + ", trust-anchors = [\"clients.crt\"]"
                        + ", allow = [ { spki-sha256 = \"" + pin(pinned) + "\" } ] }")
                .start();
    }

    private static OddCertificate plain() {
        return new OddCertificate().commonName(new DERUTF8String("ops"));
    }

    private static String pin(IssuedCertificate certificate) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256")
                            .digest(certificate.leaf().getPublicKey().getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
