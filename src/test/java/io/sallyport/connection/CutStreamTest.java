package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.EachRecordPath;
import io.sallyport.testing.EachTlsVersion;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.ServerTls;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import java.nio.charset.StandardCharsets;

/** A backend that speaks TLS and sends FIN without close_notify, to a client whose own end came before. */
class CutStreamTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Backends");

    /** Answers once the client's FIN is there, and stops without close_notify. */
    private static FakeBackend cutting() {
        return FakeBackend.running(ServerTls.of(ROOT.server("app.test").issue()).around((tls, raw) -> {
            tls.getInputStream().readNBytes(4);
            FakeBackend.drain(raw);
            tls.getOutputStream().write("half".getBytes(StandardCharsets.US_ASCII));
            raw.shutdownOutput();
        }));
    }

    private static RunningProxy proxy(FakeBackend backend, String path) {
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        ROOT.writePem(builder.directory(), "backend-ca");
        return builder.with(
                        "listeners.https.tls.record-path = " + path,
                        "backends.app.tls { enabled = on, trust-anchors = [backend-ca.crt], server-name = app.test }")
                .start();
    }

    @EachTlsVersion
    void isNotMadeWholeForAClientThatSaidCloseNotifyAndFin(String version) {
        try (FakeBackend backend = cutting();
                RunningProxy proxy = proxy(backend, "direct");
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send("ping");
            client.sendCloseNotify();
            client.sendFin();

            assertThat(client.readText(4)).isEqualTo("half");
            assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_closed");
        }
    }

    @EachRecordPath
    void isNotMadeWholeForAClientThatSentABareFin(String version, String path) {
        try (FakeBackend backend = cutting();
                RunningProxy proxy = proxy(backend, path);
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send("ping");
            client.sendFin();

            assertThat(client.readText(4)).isEqualTo("half");
            assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("truncated");
        }
    }
}
