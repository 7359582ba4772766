package io.sallyport.handshake;

import static io.sallyport.handshake.Agreement.assertSessions;
import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.Conversation;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.OpensslClient;
import io.sallyport.testing.PemFiles;
import io.sallyport.testing.RunningProxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The abbreviated handshakes: session id (RFC 5246 section 7.3), ticket (RFC 5077) and PSK ticket (RFC 8446 section 2.2). */
class HandshakeTableResumptionTest extends HandshakeTable {
    private static final Agreement TLS_1_2 =
            Agreement.full("TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "X25519");
    private static final Agreement TLS_1_3 = Agreement.full("TLSv1.3", "TLS_AES_256_GCM_SHA384", "X25519");

    @Test
    void resumesBySessionId() {
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Conversation first = first(proxy, "-tls1_2", "-no_ticket");
            Conversation second = second(proxy, "-tls1_2", "-no_ticket");

            assertThat(first.output()).contains("New, TLSv1.2");
            assertThat(first.handshake()).doesNotContain("< NewSessionTicket");
            assertThat(second.isAnswered()).as(second.output()).isTrue();
            assertThat(second.output()).contains("Reused, TLSv1.2");
            assertThat(second.handshake())
                    .containsExactly("> ClientHello", "< ServerHello", "< Finished", "> Finished");
            assertThat(second.serverHello().sessionId())
                    .isEqualTo(first.serverHello().sessionId())
                    .hasSize(64);
            assertSessions(proxy, TLS_1_2, TLS_1_2.resumption("X25519"));
        }
    }

    @Test
    void resumesByTicket() {
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Conversation first = first(proxy, "-tls1_2");
            Conversation second = second(proxy, "-tls1_2");

            assertThat(first.output()).contains("New, TLSv1.2");
            assertThat(first.handshake()).contains("< NewSessionTicket");
            assertThat(second.isAnswered()).as(second.output()).isTrue();
            assertThat(second.output()).contains("Reused, TLSv1.2");
            assertThat(second.handshake())
                    .startsWith("> ClientHello", "< ServerHello")
                    .endsWith("< Finished", "> Finished")
                    .doesNotContain("< Certificate", "< ServerKeyExchange", "> ClientKeyExchange");
            assertSessions(proxy, TLS_1_2, TLS_1_2.resumption("X25519"));
        }
    }

    @Test
    void resumesByPskTicket() {
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Conversation first = first(proxy, "-tls1_3");
            Conversation second = second(proxy, "-tls1_3");

            assertThat(first.output()).contains("New, TLSv1.3");
            assertThat(second.isAnswered()).as(second.output()).isTrue();
            assertThat(second.output()).contains("Reused, TLSv1.3");
            assertThat(second.handshake())
                    .startsWith("> ClientHello", "< ServerHello", "< EncryptedExtensions", "< Finished", "> Finished")
                    .doesNotContain("< Certificate", "< CertificateVerify");
            // Forward secrecy again: RFC 8446 section 4.2.9, psk_dhe_ke.
            assertSessions(proxy, TLS_1_3, TLS_1_3.resumption("X25519"));
        }
    }

    @Test
    void resumesWithAnotherKeyShareAfterHelloRetryRequest() {
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            first(proxy, "-tls1_3");
            Conversation second = second(proxy, "-tls1_3", "-groups", "P-521:P-256");

            assertThat(second.output()).contains("Reused, TLSv1.3");
            assertThat(second.handshake())
                    .startsWith(
                            "> ClientHello",
                            "< ServerHello",
                            "> ClientHello",
                            "< ServerHello",
                            "< EncryptedExtensions",
                            "< Finished");
            assertSessions(proxy, TLS_1_3, TLS_1_3.resumption("P-256"));
        }
    }

    @Test
    void resumesEarlierSessionsOfOtherKeyTypes() {
        CertificateAuthority authority = CertificateAuthority.create("Test Root");
        try (RunningProxy proxy = RunningProxy.to(backend.address())
                .certificate(
                        authority,
                        authority.server("localhost").key(KeyKind.RSA_2048).issue())
                .with("listeners.https.tls.profile = old")
                .start()) {
            first(proxy, "-tls1_2", "-cipher", "AES256-GCM-SHA384");
            Conversation second = second(proxy, "-tls1_2", "-cipher", "AES256-GCM-SHA384");

            assertThat(second.output()).contains("Reused, TLSv1.2");
            Agreement full = Agreement.full("TLSv1.2", "TLS_RSA_WITH_AES_256_GCM_SHA384", "none");
            assertSessions(proxy, full, full.resumption("none"));
        }
    }

    @Test
    void issuesNoTicketsWhereTheyAreOff() {
        try (RunningProxy proxy = RunningProxy.to(backend.address())
                .with("listeners.https.tls.session.tickets = off")
                .start()) {
            assertThat(first(proxy, "-tls1_2").handshake()).doesNotContain("< NewSessionTicket");
            // Its session id is good for that.
            assertThat(second(proxy, "-tls1_2").output()).contains("Reused, TLSv1.2");
            assertThat(first(proxy, "-tls1_3").handshake()).doesNotContain("< NewSessionTicket");

            assertSessions(proxy, TLS_1_2, TLS_1_2.resumption("X25519"), TLS_1_3);
        }
    }

    @Test
    void keepsNoSessionsWhereTheCacheIsEmpty() {
        try (RunningProxy proxy = RunningProxy.to(backend.address())
                .with("listeners.https.tls.session.cache-size = 0")
                .start()) {
            // No session id: there is nothing that the client could come back with.
            assertThat(first(proxy, "-tls1_2", "-no_ticket").serverHello().sessionId())
                    .isEmpty();
            first(proxy, "-tls1_2");
            assertThat(second(proxy, "-tls1_2").output()).contains("Reused, TLSv1.2");

            assertSessions(proxy, TLS_1_2, TLS_1_2, TLS_1_2.resumption("X25519"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void makesAFullHandshakeWithATicketThatItCannotRead(String version) {
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            first(proxy, version);
        }
        // A new process has new keys.
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Conversation second = new OpensslClient(directory, proxy)
                    .with(version, "-sess_in", "session")
                    .request();

            assertThat(second.isAnswered()).as(second.output()).isTrue();
            assertThat(second.output()).contains("New, TLS").doesNotContain("Reused, ");
            assertSessions(proxy, version.equals("-tls1_2") ? TLS_1_2 : TLS_1_3);
        }
    }

    @ParameterizedTest
    @CsvSource({"-tls1_2 -no_ticket, TLSv1.2", "-tls1_2, TLSv1.2", "-tls1_3, TLSv1.3"})
    void remembersTheClientsCertificate(String options, String version) {
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        PemFiles client = clients.client("ops").issue().writePem(directory, "client");
        clients.writePem(builder.directory(), "clients");
        try (RunningProxy proxy = builder.with(
                        "listeners.https.tls.client-auth { mode = require, trust-anchors = [clients.crt] }")
                .start()) {
            String[] certificate = {
                "-cert", client.chain().toString(), "-key", client.key().toString()
            };
            first(proxy, options.split(" "), certificate);
            // The session stands for the certificate, which is not sent again.
            Conversation second = second(proxy, options.split(" "));

            assertThat(second.output()).contains("Reused, " + version);
            assertThat(second.isAnswered()).as(second.output()).isTrue();
            assertThat(second.handshake()).doesNotContain("> Certificate", "< CertificateRequest");
            Agreement full = version.equals("TLSv1.2") ? TLS_1_2 : TLS_1_3;
            LogLine line = assertSessions(proxy, full, full.resumption("X25519"));
            assertThat(line.text("client_certificate")).isEqualTo("CN=ops");
            proxy.awaitMetric(2, "sallyport_client_certificates_total", "result", "verified");
        }
    }

    @ParameterizedTest
    @CsvSource({"-tls1_2 -no_ticket, handshake_failure", "-tls1_2, handshake_failure", "-tls1_3, certificate_required"})
    void resumesNoSessionUnderAnotherRuleForClients(String options, String alert) {
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        CertificateAuthority.create("Clients").writePem(builder.directory(), "clients");
        try (RunningProxy proxy = builder.with("""
                        listeners.strict = ${sallyport.listeners.https} {
                          tls.client-auth { mode = require, trust-anchors = [clients.crt] }
                        }
                        """).start()) {
            first(proxy, options.split(" "));
            Conversation second = new OpensslClient(directory, proxy, proxy.address("strict"))
                    .with(options.split(" "))
                    .with("-sess_in", "session")
                    .request();

            assertThat(second.isAnswered()).as(second.output()).isFalse();
            assertThat(second.alerts()).containsExactly("< fatal " + alert);
            assertThat(second.handshake()).contains("< CertificateRequest");
            proxy.awaitMetric(
                    1,
                    "sallyport_handshake_failures_total",
                    "listener",
                    "strict",
                    "reason",
                    "client_certificate_missing");
            assertThat(backend.accepted()).isEqualTo(1);
        }
    }

    private Conversation first(RunningProxy proxy, String... options) {
        return first(proxy, options, new String[0]);
    }

    private Conversation first(RunningProxy proxy, String[] options, String[] more) {
        Conversation first = new OpensslClient(directory, proxy)
                .with(options)
                .with(more)
                .with("-sess_out", "session")
                .request();
        assertThat(first.isAnswered()).as(first.output()).isTrue();
        return first;
    }

    private Conversation second(RunningProxy proxy, String... options) {
        return new OpensslClient(directory, proxy)
                .with(options)
                .with("-sess_in", "session")
                .request();
    }
}
