package io.sallyport.handshake;

import static io.sallyport.handshake.Agreement.assertSessions;
import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.diagnosis.FailureReason;
import io.sallyport.testing.Conversation;
import io.sallyport.testing.Conversation.Message;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.OpensslClient;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.Wiretap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every message of a full TLS 1.2 handshake (RFC 5246 section 7.3), as openssl sees it. */
class HandshakeTableTls12Test extends HandshakeTable {
    private static final int HANDSHAKE_HEADER = 4;

    @Test
    void goesThroughEveryMessageInOrder() {
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Conversation client = client(proxy).request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.exitCode()).isZero();
            assertThat(client.handshake())
                    .containsExactly(
                            "> ClientHello",
                            "< ServerHello",
                            "< Certificate",
                            "< ServerKeyExchange",
                            "< ServerHelloDone",
                            "> ClientKeyExchange",
                            "> Finished",
                            "< NewSessionTicket",
                            "< Finished");
            assertThat(client.messages().stream().filter(Message::isHandshake).filter(Message::encrypted))
                    .extracting(Message::toString)
                    .containsExactly("> Finished", "< Finished");
            assertThat(client.reported("Extended master secret: ")).isEqualTo("yes");
            assertThat(client.reported("Secure Renegotiation ")).isEqualTo("IS supported");
            assertSessions(proxy, Agreement.full("TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "X25519"));
        }
    }

    @Test
    void choosesVersionSuiteAndSessionIdInServerHello() {
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Conversation client = client(proxy)
                    .with("-no_ticket", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")
                    .request();

            assertThat(client.serverHello().version()).isEqualTo("0303");
            assertThat(client.serverHello().suite()).isEqualTo("c02b");
            assertThat(client.serverHello().sessionId()).hasSize(64);
            assertThat(client.reported("Session-ID: "))
                    .isEqualToIgnoringCase(client.serverHello().sessionId());
            assertThat(client.handshake()).doesNotContain("< NewSessionTicket");
            assertSessions(proxy, Agreement.full("TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "X25519"));
        }
    }

    @Test
    void makesANewRandomForEachConnection() {
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            String first = client(proxy).request().serverHello().random();
            String second = client(proxy).request().serverHello().random();

            assertThat(first).hasSize(64).isNotEqualTo(second);
        }
    }

    @Test
    void sendsItsCertificateInTheClear() throws Exception {
        IssuedCertificate certificate = authority.server("localhost").issue();
        try (RunningProxy proxy = RunningProxy.to(backend.address())
                        .certificate(authority, certificate)
                        .start();
                Wiretap wire = Wiretap.on(proxy.address())) {
            Conversation client = new OpensslClient(directory, proxy, wire.address())
                    .with("-tls1_2")
                    .request();

            assertThat(client.isAnswered()).isTrue();
            assertThat(client.message("< Certificate").encrypted()).isFalse();
            assertThat(wire.proxySent(certificate.leaf().getEncoded())).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"X25519, 32, X25519", "P-256, 65, P-256", "P-384, 97, P-384"})
    void takesTheClientsPublicValue(String group, int length, String expected) {
        try (RunningProxy proxy = RunningProxy.to(backend.address())
                .certificate(
                        authority,
                        authority.server("localhost").key(KeyKind.RSA_2048).issue())
                .start()) {
            Conversation client = client(proxy)
                    .with("-groups", group, "-cipher", "ECDHE-RSA-AES128-GCM-SHA256")
                    .request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.message("> ClientKeyExchange").size()).isEqualTo(HANDSHAKE_HEADER + 1 + length);
            assertSessions(proxy, Agreement.full("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", expected));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "AES128-GCM-SHA256, TLS_RSA_WITH_AES_128_GCM_SHA256",
        "AES256-GCM-SHA384, TLS_RSA_WITH_AES_256_GCM_SHA384",
        "AES128-SHA, TLS_RSA_WITH_AES_128_CBC_SHA"
    })
    void sendsNoServerKeyExchangeWhereTheClientEncryptsThePreMasterSecret(String cipher, String expected) {
        try (RunningProxy proxy = RunningProxy.to(backend.address())
                .certificate(
                        authority,
                        authority.server("localhost").key(KeyKind.RSA_2048).issue())
                .with("listeners.https.tls.profile = old")
                .start()) {
            Conversation client = client(proxy).with("-cipher", cipher).request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.handshake())
                    .containsExactly(
                            "> ClientHello",
                            "< ServerHello",
                            "< Certificate",
                            "< ServerHelloDone",
                            "> ClientKeyExchange",
                            "> Finished",
                            "< NewSessionTicket",
                            "< Finished");
            // The pre-master secret, encrypted with a key of 2048 bits, behind its length: RFC 5246 section 7.4.7.1.
            assertThat(client.message("> ClientKeyExchange").size()).isEqualTo(HANDSHAKE_HEADER + 2 + 256);
            assertSessions(proxy, Agreement.full("TLSv1.2", expected, "none"));
        }
    }

    @Test
    void takesNoStaticRsaUnderIntermediate() {
        try (RunningProxy proxy = RunningProxy.to(backend.address())
                .certificate(
                        authority,
                        authority.server("localhost").key(KeyKind.RSA_2048).issue())
                .start()) {
            Conversation client =
                    client(proxy).with("-cipher", "AES128-GCM-SHA256").request();

            Refusal.assertRefused(proxy, backend, client, "handshake_failure", FailureReason.NO_COMMON_SUITE);
        }
    }

    @Test
    void tellsWhatARefusedClientOffered() {
        try (RunningProxy proxy = RunningProxy.to(backend.address())
                .certificate(
                        authority,
                        authority.server("localhost").key(KeyKind.RSA_2048).issue())
                .start()) {
            Conversation client = client(proxy)
                    .with("-cipher", "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384")
                    .with("-sigalgs", "RSA-PSS+SHA256:ECDSA+SHA384")
                    .with("-alpn", "h2,http/1.1")
                    .request();

            var failure =
                    Refusal.assertRefused(proxy, backend, client, "handshake_failure", FailureReason.NO_COMMON_SUITE);
            assertThat(failure.text("server_name")).isEqualTo("localhost");
            assertThat(failure.text("offered.versions")).isEqualTo("TLSv1.2");
            assertThat(failure.text("offered.suites"))
                    .isEqualTo("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,TLS_DHE_RSA_WITH_AES_256_GCM_SHA384,"
                            + "TLS_EMPTY_RENEGOTIATION_INFO_SCSV");
            assertThat(failure.text("offered.signature_schemes"))
                    .isEqualTo("rsa_pss_rsae_sha256,ecdsa_secp384r1_sha384");
            assertThat(failure.text("offered.alpn")).isEqualTo("h2,http/1.1");
        }
    }

    @ParameterizedTest
    @CsvSource({
        // The certificate's curve is none of the client's, though both have X25519.
        "ECDHE-ECDSA-AES128-GCM-SHA256, X25519, NO_COMMON_SIGNATURE_SCHEME",
        // Neither the certificate's curve nor any other group.
        "ECDHE-ECDSA-AES128-GCM-SHA256, P-521, NO_COMMON_GROUP",
        // Suites without elliptic curves.
        "DHE-RSA-AES128-GCM-SHA256, P-256, NO_COMMON_SUITE",
        // Suites for another kind of certificate.
        "ECDHE-RSA-AES128-GCM-SHA256, P-256, NO_COMMON_SIGNATURE_SCHEME"
    })
    void tellsWhatTheClientLacks(String cipher, String groups, FailureReason reason) {
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Conversation client =
                    client(proxy).with("-cipher", cipher, "-groups", groups).request();

            Refusal.assertRefused(proxy, backend, client, "handshake_failure", reason);
        }
    }

    private OpensslClient client(RunningProxy proxy) {
        return new OpensslClient(directory, proxy).with("-tls1_2");
    }
}
