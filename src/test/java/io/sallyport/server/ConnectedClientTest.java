package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

/** A client that is connected already, and what becomes of its right to be. */
final class ConnectedClientTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Server Root");
    private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Clients");

    @Test
    void isClosedWhenItsCertificateEnds() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start()) {
            // The first handshake of a process takes longest, on a busy machine longer than the certificate is good
            // for.
            try (TlsClient first = connect(proxy, CLIENTS.client("lasting").issue())) {
                first.send("in");
                assertThat(first.readText(2)).isEqualTo("in");
            }
            proxy.awaitConnectionLine();
            try (TlsClient client = connect(proxy, endingIn(6))) {
                client.send("in");
                assertThat(client.readText(2)).isEqualTo("in");

                assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
                assertThat(proxy.awaitConnectionLines(2).get(1).text("reason")).isEqualTo("client_certificate_expired");
            }
        }
    }

    /** Made when the proxy runs: a start on a busy machine can take longer than the certificate is good for. */
    private static IssuedCertificate endingIn(int seconds) {
        return CLIENTS.client("brief")
                .validity(Instant.now().minusSeconds(60), Instant.now().plusSeconds(seconds))
                .issue();
    }

    @Test
    void isClosedWhenANewRevocationListNamesItAndTheOthersAreNot() throws Exception {
        IssuedCertificate good = CLIENTS.client("good").issue();
        IssuedCertificate bad = CLIENTS.client("bad").issue();
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start();
                TlsClient stays = connect(proxy, good);
                TlsClient goes = connect(proxy, bad)) {
            stays.send("1");
            goes.send("2");
            assertThat(stays.readText(1)).isEqualTo("1");
            assertThat(goes.readText(1)).isEqualTo("2");

            CLIENTS.revocations().revoke(bad.leaf()).writePem(proxy.directory().resolve("clients.crl"));
            assertThat(proxy.reload()).isTrue();

            assertThat(goes.end()).isEqualTo(StreamEnd.TRUNCATED);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_certificate_revoked");
            stays.send("3");
            assertThat(stays.readText(1)).isEqualTo("3");
            assertThat(proxy.log().values("failure")).containsExactly("REVOKED");
        }
    }

    @Test
    void isClosedWhenARuleThatWasLoadedSinceRefusesIt() throws Exception {
        IssuedCertificate client = CLIENTS.client("ops").issue();
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start();
                TlsClient connected = connect(proxy, client)) {
            connected.send("1");
            assertThat(connected.readText(1)).isEqualTo("1");

            proxy.edit(text -> text + "\nsallyport.listeners.https.tls.client-auth.deny = [ { cn = ops } ]\n");
            assertThat(proxy.reload()).isTrue();

            assertThat(connected.end()).isEqualTo(StreamEnd.TRUNCATED);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_certificate_refused");
            assertThat(proxy.log().values("failure")).containsExactly("REFUSED_BY_RULE");
        }
    }

    @Test
    void isClosedWhenItsCertificateEndsThoughAReloadTookAwayItsRouteAndAsksNobodyForACertificate() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start();
                TlsClient client = connect(proxy, endingIn(6))) {
            client.send("in");
            assertThat(client.readText(2)).isEqualTo("in");

            proxy.edit(text -> text + """

                    sallyport.listeners.https {
                      tls.client-auth { mode = none, trust-anchors = [], crls = [] }
                      tls.missing-server-name = reject
                      tls.unknown-server-name = reject
                    }
                    """);
            assertThat(proxy.reload()).isTrue();

            assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_certificate_expired");
        }
    }

    @Test
    void isKeptWhereThatIsSwitchedOff() throws Exception {
        IssuedCertificate bad = CLIENTS.client("bad").issue();
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend)
                        .with("listeners.https.tls.recheck-clients = off")
                        .start();
                TlsClient client = connect(proxy, bad)) {
            client.send("1");
            assertThat(client.readText(1)).isEqualTo("1");
            CLIENTS.revocations().revoke(bad.leaf()).writePem(proxy.directory().resolve("clients.crl"));
            assertThat(proxy.reload()).isTrue();

            client.send("2");
            assertThat(client.readText(1)).isEqualTo("2");
        }
    }

    private static RunningProxy.Builder proxy(FakeBackend backend) {
        RunningProxy.Builder builder = RunningProxy.to(backend.address())
                .certificate(ROOT, ROOT.server("localhost").issue());
        CLIENTS.writePem(builder.directory(), "clients");
        CLIENTS.revocations().writePem(builder.directory().resolve("clients.crl"));
        return builder.with("""
                listeners.https.tls.client-auth {
                  mode = require, trust-anchors = ["clients.crt"], crls = ["clients.crl"]
                }
                """);
    }

    private static TlsClient connect(RunningProxy proxy, IssuedCertificate identity) throws Exception {
        TlsClient client = TlsClient.open(proxy.address(), context(proxy.directory(), identity));
        client.handshake();
        return client;
    }

    private static SSLContext context(Path directory, IssuedCertificate identity) throws Exception {
        Path file =
                identity.writeKeyStore(Files.createTempFile(directory, "client", ".p12"), "PKCS12", "client", "secret");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, "secret".toCharArray());
        }
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("SunX509");
        keyManagers.init(keys, "secret".toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("root", ROOT.certificate());
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trustManagers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }
}
