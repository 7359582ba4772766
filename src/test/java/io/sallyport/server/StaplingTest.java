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
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
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
    void aNewResponseIsStapledOnceItWasSwappedIn() throws IOException {
        IssuedCertificate certificate = ROOT.server("both.test").serial(1003).issue();
        Path current = response(certificate, "1003");
        byte[] valid = Files.readAllBytes(current);
        Files.writeString(directory.resolve("index"), revoked(certificate));
        Path next = answer("1003");
        byte[] revoked = Files.readAllBytes(next);
        Files.write(current, valid);
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .certificate(ROOT, certificate)
                        .with(
                                "listeners.https.tls.ocsp-stapling.response-file = \"" + current + "\"",
                                "reload { watch = on, poll = 0s }")
                        .start()) {
            assertThat(connect(proxy, "-tls1_3", "ECDSA+SHA256")).contains("Cert Status: good");

            Path aside = Files.write(directory.resolve("aside"), revoked);
            Files.move(aside, current, StandardCopyOption.REPLACE_EXISTING);

            proxy.awaitMetric(1, "sallyport_reloads_total", "result", "success");
            assertThat(connect(proxy, "-tls1_3", "ECDSA+SHA256")).contains("Cert Status: revoked");

            Files.write(current, Arrays.copyOf(valid, valid.length / 2));
            proxy.awaitMetric(1, "sallyport_reloads_total", "result", "failure");
            assertThat(connect(proxy, "-tls1_3", "ECDSA+SHA256")).contains("Cert Status: revoked");
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
        ROOT.writePem(directory, "ca");
        Files.writeString(directory.resolve("ca.key"), ROOT.issued().keyPem());
        certificate.writePem(directory, serial);
        Files.writeString(
                directory.resolve("index"), "V\t351231235959Z\t\t" + serial(certificate) + "\tunknown\t/CN=x\n");
        return answer(serial);
    }

    private static String revoked(IssuedCertificate certificate) {
        return "R\t351231235959Z\t250101000000Z\t" + serial(certificate) + "\tunknown\t/CN=x\n";
    }

    private static String serial(IssuedCertificate certificate) {
        String number = certificate.leaf().getSerialNumber().toString(16).toUpperCase(Locale.ROOT);
        return number.length() % 2 == 0 ? number : "0" + number;
    }

    /** The responder's answer for {@code serial.crt}, by the index as it is now. */
    private Path answer(String serial) {
        Path ca = directory.resolve("ca.crt");
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
