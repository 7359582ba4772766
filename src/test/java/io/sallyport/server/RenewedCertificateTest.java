package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Payload;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One certificate of several is renewed on disk while the server runs. */
final class RenewedCertificateTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Renewal Root");
    private static final String WATCHED = "reload { watch = on, poll = 0s }";
    private static final String OTHER = "listeners.other { bind = \"127.0.0.1:0\", backend = app,"
            + " tls.certificates = [ { chain = other.crt, key = other.key } ] }";

    @Test
    void itsListenerServesItAndNothingElseIsBuilt() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start();
                TlsClient before = TlsClient.connect(proxy)) {
            before.handshake();
            proxy.awaitMetric(2, "sallyport_tls_contexts");

            ROOT.server("renewed.test").issue().writePem(proxy.directory(), "server0");

            proxy.awaitMetric(1, "sallyport_reloads_total", "result", "success");
            assertThat(served(proxy, "https")).isEqualTo("renewed.test");
            assertThat(served(proxy, "other")).isEqualTo("other.test");
            assertThat(proxy.log().values("contexts_built")).containsExactly("1");
            assertThat(proxy.log().values("listeners")).containsExactly("https");
            before.send("live");
            assertThat(before.readText(4)).isEqualTo("live");
        }
    }

    @Test
    void aBrokenPairIsToldAndTheOldServesUntilItIsMended() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start()) {
            Path key = proxy.directory().resolve("other.key");
            String good = Files.readString(key);
            Files.writeString(key, Files.readString(proxy.directory().resolve("server0.key")));

            proxy.awaitMetric(1, "sallyport_reloads_total", "result", "failure");
            assertThat(proxy.get("/status").body()).contains("private key does not match the certificate");
            assertThat(proxy.log().values("problem")).hasSize(1);
            assertThat(served(proxy, "other")).isEqualTo("other.test");

            Files.writeString(key, good);
            ROOT.server("renewed.test").issue().writePem(proxy.directory(), "server0");
            proxy.awaitMetric(1, "sallyport_reloads_total", "result", "success");
            assertThat(served(proxy, "https")).isEqualTo("renewed.test");
            assertThat(proxy.log().values("contexts_built")).containsExactly("1");
        }
    }

    /** By ticket, and by session id where there is none: what serves the other listener is the same object. */
    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3", "-tls1_2 -no_ticket"})
    void sessionsResumeAcrossIt(String options) {
        String[] version = options.split(" ");
        try (FakeBackend backend = FakeBackend.source(new Payload(1), 16);
                RunningProxy proxy = proxy(backend).start()) {
            connect(proxy, "https", version, "-sess_out");
            connect(proxy, "other", version, "-sess_out");
            ROOT.server("localhost").issue().writePem(proxy.directory(), "server0");
            proxy.awaitMetric(1, "sallyport_reloads_total", "result", "success");

            assertThat(connect(proxy, "other", version, "-sess_in")).contains("Reused,");
            assertThat(connect(proxy, "https", version, "-sess_in"))
                    .contains(options.contains("-no_ticket") ? "New," : "Reused,");
        }
    }

    private static RunningProxy.Builder proxy(FakeBackend backend) {
        RunningProxy.Builder builder = RunningProxy.to(backend.address())
                .certificate(ROOT, ROOT.server("localhost").ip("127.0.0.1").issue())
                .with(OTHER, WATCHED);
        ROOT.server("other.test").issue().writePem(builder.directory(), "other");
        return builder;
    }

    /** @param session {@code -sess_out} or {@code -sess_in} */
    private static String connect(RunningProxy proxy, String listener, String[] version, String session) {
        List<String> command = new ArrayList<>(List.of(
                "s_client",
                "-ign_eof",
                "-connect",
                "127.0.0.1:" + proxy.address(listener).getPort(),
                session,
                listener + ".session"));
        command.addAll(List.of(version));
        return new Openssl(proxy.directory()).output(command);
    }

    private static String served(RunningProxy proxy, String listener) {
        try (TlsClient client = TlsClient.open(proxy.address(listener), ROOT)) {
            client.handshake();
            X509Certificate leaf = (X509Certificate) client.session().getPeerCertificates()[0];
            return leaf.getSubjectAlternativeNames().iterator().next().get(1).toString();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
