package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Pem;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A folder of certificates that others change while the server runs. */
final class CertificateDirectoriesTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Folder Root");
    private static final String FOLDER =
            "listeners.https { tls.certificates = [{ directory = certs }]," + " tls.unknown-server-name = reject }";
    private static final String WATCHED = "reload { watch = on, poll = 0s }";

    @Test
    void aPairThatAppearsIsServedAndTheOthersAreNotBuiltAnew() throws IOException {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, "a.test", "b.test")) {
            proxy.awaitMetric(2, "sallyport_tls_contexts");
            assertThat(served(proxy, "c.test")).contains("unrecognized name");

            // A folder of its own, as certbot makes it: nobody watches it before.
            Path own = Files.createDirectories(certs(proxy).resolve("c.test"));
            IssuedCertificate issued = ROOT.server("c.test").issue();
            Pem.write(own.resolve("privkey.pem"), issued.keyPem());
            Pem.write(own.resolve("fullchain.pem"), issued.chainPem());

            await().until(() -> served(proxy, "c.test").contains("CN = c.test"));
            assertThat(served(proxy, "a.test")).contains("CN = a.test");
            proxy.awaitMetric(3, "sallyport_tls_contexts");
            assertThat(proxy.log().values("contexts_built").stream()
                            .mapToInt(Integer::parseInt)
                            .sum())
                    .isEqualTo(1);
        }
    }

    @Test
    void aBrokenPairIsAWarningAMetricAndALineWhileAllServe() throws IOException {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, "a.test", "b.test")) {
            proxy.awaitMetric(0, "sallyport_certificates_unusable", "name", name(proxy));
            IssuedCertificate renewed = ROOT.server("b.test").issue();

            // The chain is renamed before its key.
            replace(proxy, "b.test.crt", renewed.chainPem());
            proxy.awaitMetric(1, "sallyport_certificates_unusable", "name", name(proxy));
            assertThat(proxy.get("/status").body())
                    .contains(
                            "\"unusable_certificates\" : [",
                            "\"name\" : \"" + certs(proxy) + "/b.test.key\"",
                            "\"reason\" : \"private key does not match the certificate in");
            assertThat(served(proxy, "a.test")).contains("CN = a.test");
            assertThat(served(proxy, "b.test")).contains("CN = b.test").doesNotContain(pem(renewed));

            replace(proxy, "b.test.key", renewed.keyPem());
            await().until(() -> served(proxy, "b.test").contains(pem(renewed)));
            proxy.awaitMetric(0, "sallyport_certificates_unusable", "name", name(proxy));
        }
    }

    @Test
    void aFolderThatIsEmptiedLeavesWhatServes() throws IOException {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, "a.test")) {
            Files.delete(certs(proxy).resolve("a.test.crt"));
            Files.delete(certs(proxy).resolve("a.test.key"));

            proxy.awaitMetric(1, "sallyport_reloads_total", "result", "failure");
            assertThat(proxy.get("/status").body()).contains("none of its folders has a certificate that can be used");
            assertThat(served(proxy, "a.test")).contains("CN = a.test");
        }
    }

    private static RunningProxy proxy(FakeBackend backend, String... names) throws IOException {
        RunningProxy.Builder builder = RunningProxy.to(backend.address()).with(FOLDER, WATCHED);
        Path folder = Files.createDirectory(builder.directory().resolve("certs"));
        for (String name : names) {
            ROOT.server(name).issue().writePem(folder, name);
        }
        return builder.start();
    }

    private static Path certs(RunningProxy proxy) {
        return proxy.directory().resolve("certs");
    }

    private static String name(RunningProxy proxy) {
        return certs(proxy).toString();
    }

    private static void replace(RunningProxy proxy, String name, String text) throws IOException {
        Path fresh = Pem.write(proxy.directory().resolve(name + ".new"), text);
        Files.move(fresh, certs(proxy).resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String pem(IssuedCertificate issued) {
        return Pem.certificate(issued.leaf());
    }

    private static String served(RunningProxy proxy, String serverName) {
        return new Openssl(proxy.directory())
                .output(List.of(
                        "s_client", "-connect", "127.0.0.1:" + proxy.address().getPort(), "-servername", serverName));
    }
}
