package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OCSP responses made by openssl, as a responder would. */
final class StaplingTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Stapling Root");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void eachCertificateIsServedWithItsOwnResponse() throws IOException {
        IssuedCertificate ecdsa = ROOT.server("both.test").serial(1001).issue();
        IssuedCertificate rsa =
                ROOT.server("both.test").serial(1002).key(KeyKind.RSA_2048).issue();
        String files = "\"" + response(ecdsa, "1001") + "\", \"" + response(rsa, "1002") + "\"";
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .certificate(ROOT, ecdsa)
                        .certificate(ROOT, rsa)
                        .with("listeners.https.tls.ocsp-stapling.response-file = [" + files + "]")
                        .start()) {
            for (String version : List.of("-tls1_2", "-tls1_3")) {
                assertThat(connect(proxy, version, "ECDSA+SHA256"))
                        .contains("Cert Status: good", "Serial Number: 03E9");
                assertThat(connect(proxy, version, "RSA-PSS+SHA256"))
                        .contains("Cert Status: good", "Serial Number: 03EA");
            }
        }
    }

    @Test
    void aResponseAboutNoneOfTheCertificatesIsAProblem() throws IOException {
        IssuedCertificate other = ROOT.server("other.test").serial(77).issue();
        try (FakeBackend backend = FakeBackend.closing()) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address())
                    .certificate(ROOT, ROOT.server("ours.test").issue())
                    .with("listeners.https.tls.ocsp-stapling.response-file = \"" + response(other, "4D") + "\"");

            assertThatThrownBy(builder::start).hasMessageContaining("is about none of the certificates");
        }
    }

    /** Signed by the authority itself. */
    private Path response(IssuedCertificate certificate, String serial) throws IOException {
        Path ca = ROOT.writePem(directory, "ca");
        Files.writeString(directory.resolve("ca.key"), ROOT.issued().keyPem());
        certificate.writePem(directory, serial);
        String number = certificate.leaf().getSerialNumber().toString(16).toUpperCase(Locale.ROOT);
        Files.writeString(
                directory.resolve("index"),
                "V\t351231235959Z\t\t" + (number.length() % 2 == 0 ? number : "0" + number) + "\tunknown\t/CN=x\n");
        new Openssl(directory)
                .run(
                        "ocsp",
                        "-index",
                        "index",
                        "-rsigner",
                        ca.toString(),
                        "-rkey",
                        "ca.key",
                        "-CA",
                        ca.toString(),
                        "-issuer",
                        ca.toString(),
                        "-cert",
                        serial + ".crt",
                        "-respout",
                        serial + ".ocsp",
                        "-ndays",
                        "1",
                        "-noverify");
        return directory.resolve(serial + ".ocsp");
    }

    private static String connect(RunningProxy proxy, String version, String schemes) {
        return new Openssl(proxy.directory())
                .output(List.of(
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + proxy.address().getPort(),
                        version,
                        "-status",
                        "-servername",
                        "both.test",
                        "-sigalgs",
                        schemes));
    }
}
