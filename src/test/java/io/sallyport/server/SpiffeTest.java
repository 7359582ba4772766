package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.sallyport.config.FileSource;
import io.sallyport.server.generation.StartException;
import io.sallyport.server.listen.HandedOverSockets;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.ListServer;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.ServerTls;
import io.sallyport.testing.TlsClient;
import io.sallyport.testing.WorkloadServer;
import io.sallyport.testing.WorkloadServer.Svid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy whose identity and trust come from the SPIFFE Workload API, on both of its sides. */
final class SpiffeTest {
    private static final String ID = "spiffe://ours/sallyport";
    private static final CertificateAuthority OURS = CertificateAuthority.create("Ours");
    private static final CertificateAuthority PARTNER = CertificateAuthority.create("Partner");
    private static final String SHOWN = "listeners.https.tls.certificates = [{ spiffe = on }]";

    @TempDir
    private Path directory;

    private Path socket() {
        return directory.resolve("agent.sock");
    }

    private String endpoint() {
        return "spiffe.endpoint-socket = \"unix://" + socket() + "\"";
    }

    @Test
    void aRotatedSvidIsServedToNewConnectionsAndDropsNoOld() throws IOException {
        Svid first = Svid.of(ID, OURS);
        try (WorkloadServer agent = WorkloadServer.at(socket(), first);
                FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(SHOWN, endpoint())
                        .start();
                TlsClient old = TlsClient.open(proxy.address(), OURS)) {
            old.handshake();
            old.send("ping");
            assertThat(old.readText(4)).isEqualTo("ping");
            assertThat(shown(old)).isEqualTo(leaf(first));
            assertThat(proxy.get("/readyz").statusCode()).isEqualTo(200);

            Svid next = Svid.of(ID, OURS);
            agent.give(next);

            await().until(() -> shown(proxy).equals(leaf(next)));
            old.send("pong");
            assertThat(old.readText(4)).isEqualTo("pong");
            assertThat(proxy.get("/status").body())
                    .contains("\"id\" : \"" + ID + "\"", "\"connected\" : true", "\"last_result\" : \"success\"");
            proxy.awaitMetric(2, "sallyport_spiffe_updates_total", "result", "success");
            assertThat(proxy.get("/metrics").body())
                    .contains("sallyport_certificate_not_after_timestamp_seconds{kind=\"server\",name=\"" + ID + "\"}");
        }
    }

    @Test
    void untilTheFirstSvidSomethingStandsInAndNothingIsReady() throws IOException {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(SHOWN, endpoint())
                        .start()) {
            assertThat(proxy.get("/readyz").statusCode()).isEqualTo(503);
            assertThat(proxy.get("/status").body()).contains("\"last_result\" : \"unreachable\"");

            Svid svid = Svid.of(ID, OURS);
            try (WorkloadServer agent = WorkloadServer.at(socket(), svid)) {
                await().until(() -> proxy.get("/readyz").statusCode() == 200);
                assertThat(shown(proxy)).isEqualTo(leaf(svid));
                assertThat(agent.streams()).isOne();
            }

            // The agent is gone again; what it gave is not.
            await().until(() -> proxy.get("/status").body().contains("\"connected\" : false"));
            assertThat(shown(proxy)).isEqualTo(leaf(svid));
            assertThat(proxy.get("/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void clientsAreJudgedByTheBundleOfTheirOwnDomain() {
        String auth = "listeners.https.tls.client-auth { mode = require, trust-anchors = [spiffe],"
                + " allow = [{ uri = \"spiffe://ours/*\" }, { uri = \"spiffe://partner/web\" }] }";
        Svid own = Svid.of(ID, OURS);
        try (WorkloadServer agent = WorkloadServer.at(socket(), own);
                FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(SHOWN, auth, endpoint())
                        .start()) {
            assertThat(isServed(proxy, Svid.of("spiffe://ours/web", OURS))).isTrue();
            assertThat(isServed(proxy, Svid.of("spiffe://partner/web", PARTNER)))
                    .isFalse();

            agent.give(own, Map.of("spiffe://partner", List.of(PARTNER.certificate())));

            await().until(() -> isServed(proxy, Svid.of("spiffe://partner/web", PARTNER)));
            assertThat(isServed(proxy, Svid.of("spiffe://ours/web", PARTNER))).isFalse();
            assertThat(isServed(proxy, Svid.of("spiffe://partner/db", PARTNER))).isFalse();
            assertThat(isServed(proxy, Svid.of("spiffe://ours/web", OURS))).isTrue();
        }
    }

    /** Of each trust domain by its own authority; one that comes with a later bundle counts as well. */
    @Test
    void listsOfTheAuthoritiesOfTheBundlesAreTakenForTheirOwnDomains() {
        CertificateAuthority namesake = CertificateAuthority.create("Partner");
        Svid own = Svid.of(ID, OURS);
        Svid client = Svid.of("spiffe://ours/web", OURS);
        Svid revoked = Svid.of("spiffe://ours/gone", OURS);
        Svid partner = Svid.of("spiffe://partner/web", PARTNER);
        Svid partnerRevoked = Svid.of("spiffe://partner/gone", PARTNER);
        try (ListServer ours = ListServer.open();
                ListServer partners = ListServer.open();
                WorkloadServer agent = WorkloadServer.at(socket(), own);
                FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                SHOWN,
                                "listeners.https.tls.client-auth { mode = require, trust-anchors = [spiffe],"
                                        + " crl-policy = hard-fail, crl-refresh = 1s, crl-storage = \""
                                        + directory.resolve("lists")
                                        + "\", crls = [\"" + ours.url() + "\", \"" + partners.url() + "\"] }",
                                endpoint())
                        .start()) {
            ours.serve(OURS.revocations().revoke(revoked.certificate().leaf()));
            partners.serve(
                    PARTNER.revocations().revoke(partnerRevoked.certificate().leaf()));

            await().until(() -> isServed(proxy, client));
            assertThat(isServed(proxy, revoked)).isFalse();
            await().until(() ->
                    proxy.metric("sallyport_crl_fetches_total", "name", partners.url(), "result", "untrusted") > 0);

            agent.give(own, Map.of("spiffe://partner", List.of(PARTNER.certificate(), namesake.certificate())));

            await().until(() -> isServed(proxy, partner));
            assertThat(isServed(proxy, partnerRevoked)).isFalse();
            // No list speaks of what an authority of the same name has issued.
            assertThat(isServed(proxy, Svid.of("spiffe://partner/web", namesake)))
                    .isFalse();
            assertThat(isServed(proxy, client)).isTrue();
        }
    }

    @Test
    void aServerIsKnownByItsSpiffeIdAndGetsOurs() {
        try (WorkloadServer agent = WorkloadServer.at(socket(), Svid.of(ID, OURS));
                FakeBackend backend = ServerTls.requiring(
                                OURS, Svid.of("spiffe://ours/db", OURS).certificate())
                        .echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                "listeners.plain { bind = \"127.0.0.1:0\", backend = app }",
                                "backends.app.tls { enabled = on, trust-anchors = [spiffe],"
                                        + " certificates = [{ spiffe = on }], allow = [{ uri = \"spiffe://ours/db\" }] }",
                                endpoint())
                        .start()) {
            assertThat(isServed(proxy)).isTrue();

            proxy.edit(text -> text.replace("spiffe://ours/db", "spiffe://ours/other"));
            assertThat(proxy.reload()).isTrue();
            assertThat(isServed(proxy)).isFalse();
            assertThat(agent.calls()).isOne();
        }
    }

    @Test
    void aReloadThatFindsNoSvidLeavesWhatServes() throws IOException {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).with(endpoint()).start()) {
            proxy.edit(text -> text.replace("spiffe.endpoint-socket", SHOWN + "\nspiffe.endpoint-socket"));

            assertThat(proxy.reload()).isFalse();
            assertThat(proxy.get("/status").body()).contains("there is no such socket");
            assertThat(proxy.get("/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void checkTellsWhyThereIsNoSvid() throws Exception {
        Path file = directory.resolve("sallyport.conf");
        Files.writeString(
                file,
                "sallyport { listeners.https { bind = \"127.0.0.1:0\", backend = app, tls.certificates = [{ spiffe = on }] },"
                        + " backends.app.servers = [\"127.0.0.1:1\"], " + endpoint() + " }");

        StartException refused = catchThrowableOfType(
                StartException.class, () -> ProxyServer.check(new FileSource(file).load(), HandedOverSockets.none()));

        assertThat(refused.problems())
                .hasToString("[spiffe.endpoint-socket: \"unix:" + socket()
                        + "\": there is no such socket (expected: an X.509-SVID from the Workload API)]");
        try (WorkloadServer agent = WorkloadServer.at(socket(), Svid.of(ID, OURS))) {
            ProxyServer.check(new FileSource(file).load(), HandedOverSockets.none());
            assertThat(agent.calls()).isOne();
        }
    }

    private static boolean isServed(RunningProxy proxy) {
        try (PlainClient client = PlainClient.connect(proxy.address("plain"))) {
            client.send("ping");
            return client.readText(4).equals("ping");
        }
    }

    private static boolean isServed(RunningProxy proxy, Svid client) {
        try (TlsClient tls = TlsClient.open(proxy.address(), TlsClient.context(OURS, client.certificate()))) {
            tls.handshake();
            tls.send("ping");
            return tls.read(new byte[4], 0, 4) > 0;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private static Certificate leaf(Svid svid) {
        return svid.certificate().leaf();
    }

    private static Certificate shown(RunningProxy proxy) throws SSLPeerUnverifiedException {
        try (TlsClient client = TlsClient.open(proxy.address(), OURS)) {
            client.handshake();
            return shown(client);
        }
    }

    private static Certificate shown(TlsClient client) throws SSLPeerUnverifiedException {
        return client.session().getPeerCertificates()[0];
    }
}
