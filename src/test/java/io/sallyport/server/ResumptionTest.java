package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Payload;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SecretFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a session resumes, and where it must not; openssl is the client. */
final class ResumptionTest {
    private static final String REUSED = "Reused, TLS";
    private static final String FRESH = "New, TLS";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /** TLS 1.3 tickets come with the first bytes of an answer. */
    private static FakeBackend answering() {
        return FakeBackend.source(new Payload(1), 16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aTicketOutlivesAReload(String version) {
        try (FakeBackend backend = answering();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            assertThat(connect(proxy, version, "-sess_out", session())).contains(FRESH);
            proxy.edit(text -> text + "\n# touched\nsallyport.listeners.https.timeouts.idle = 59m\n");
            assertThat(proxy.reload()).isTrue();

            assertThat(connect(proxy, version, "-sess_in", session())).contains(REUSED);
            proxy.awaitMetric(1, "sallyport_tls_sessions_total", "resumed", "true");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aTicketOfOneReplicaResumesAtAnotherWithTheSameSecret(String version) throws Exception {
        CertificateAuthority root = CertificateAuthority.create("Replica Root");
        IssuedCertificate certificate = root.server("localhost").issue();
        byte[] secret = "a secret of at least thirty-two bytes".getBytes(StandardCharsets.US_ASCII);
        SecretFiles.closed(Files.write(directory.resolve("secret"), secret));
        String shared = "listeners.https.tls.session.ticket-secret-file = \"" + directory.resolve("secret") + "\"";
        try (FakeBackend backend = answering();
                RunningProxy one = RunningProxy.to(backend.address())
                        .certificate(root, certificate)
                        .with(shared)
                        .start();
                RunningProxy other = RunningProxy.to(backend.address())
                        .certificate(root, certificate)
                        .with(shared)
                        .start();
                RunningProxy stranger = RunningProxy.to(backend.address())
                        .certificate(root, certificate)
                        .start()) {
            assertThat(connect(one, version, "-sess_out", session())).contains(FRESH);

            assertThat(connect(other, version, "-sess_in", session())).contains(REUSED);
            assertThat(connect(stranger, version, "-sess_in", session())).contains(FRESH);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aTicketIsWorthNothingOnceTheSecretWasReplaced(String version) throws Exception {
        try (FakeBackend backend = answering()) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address());
            Path secret = builder.directory().resolve("secret");
            SecretFiles.write(secret, "the first secret, of at least thirty-two bytes");
            try (RunningProxy proxy = builder.with(
                            "listeners.https.tls.session { ticket-secret-file = secret, cache-size = 0 }")
                    .start()) {
                connect(proxy, version, "-sess_out", session());
                assertThat(connect(proxy, version, "-sess_in", session())).contains(REUSED);

                SecretFiles.write(secret, "the second secret, of at least thirty-two bytes");
                assertThat(proxy.reload()).isTrue();

                assertThat(connect(proxy, version, "-sess_in", session())).contains(FRESH);
            }
        }
    }

    /** The attack of CVE-2025-23419: by ticket, by session id, and by the PSK of TLS 1.3. */
    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_2 -no_ticket", "-tls1_3"})
    void aSessionWithoutAClientCertificateNeverResumesWhereOneIsRequired(String options) {
        String[] version = options.split(" ");
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        try (FakeBackend backend = answering()) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address());
            clients.writePem(builder.directory(), "clients");
            try (RunningProxy proxy = builder.with("""
                            listeners.https.routes = [ {
                              server-names = ["closed.test"], backend = app
                              tls.client-auth { mode = require, trust-anchors = ["clients.crt"] }
                            } ]
                            """).start()) {
                connect(proxy, version, "-servername", "open.test", "-sess_out", session());
                backend.awaitAccepted(1);
                assertThat(connect(proxy, version, "-servername", "open.test", "-sess_in", session()))
                        .contains(REUSED);
                backend.awaitAccepted(2);

                assertThat(connect(proxy, version, "-servername", "closed.test", "-sess_in", session()))
                        .contains(options.equals("-tls1_3") ? "alert number 116" : "alert number 40");
                proxy.awaitMetric(1, "sallyport_handshake_failures_total", "reason", "client_certificate_missing");
                assertThat(backend.accepted()).isEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aRevokedClientDoesNotResume(String version) {
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        IssuedCertificate client = clients.client("ops").issue();
        try (FakeBackend backend = answering()) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address());
            clients.writePem(builder.directory(), "clients");
            client.writePem(builder.directory(), "client");
            Path list = clients.revocations().writePem(builder.directory().resolve("clients.crl"));
            try (RunningProxy proxy = builder.with("""
                            listeners.https.tls.client-auth {
                              mode = require, trust-anchors = ["clients.crt"], crls = ["clients.crl"]
                            }
                            """).start()) {
                String[] identity = {"-cert", "client.crt", "-key", "client.key"};
                assertThat(connect(proxy, identity, version, "-sess_out", session()))
                        .contains(FRESH);
                assertThat(connect(proxy, identity, version, "-sess_in", session()))
                        .contains(REUSED);

                clients.revocations().revoke(client.leaf()).writePem(list);
                assertThat(proxy.reload()).isTrue();

                connect(proxy, identity, version, "-sess_in", session());
                proxy.awaitMetric(1, "sallyport_handshake_failures_total", "reason", "client_certificate_revoked");
                assertThat(backend.accepted()).isEqualTo(2);
            }
        }
    }

    @Test
    void noTicketIsIssuedWhereTheyAreOff() {
        try (FakeBackend backend = answering();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.session { tickets = off, cache-size = 0 }")
                        .start()) {
            connect(proxy, "-tls1_3", "-sess_out", session());

            assertThat(Path.of(session())).doesNotExist();
        }
    }

    private String session() {
        return directory.resolve("session.pem").toString();
    }

    private static String connect(RunningProxy proxy, String... arguments) {
        return connect(proxy, new String[0], arguments);
    }

    private static String connect(RunningProxy proxy, String[] identity, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "s_client",
                "-ign_eof",
                "-connect",
                "127.0.0.1:" + proxy.address().getPort()));
        command.addAll(List.of(identity));
        command.addAll(List.of(arguments));
        return new Openssl(proxy.directory()).output(command);
    }
}
