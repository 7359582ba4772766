package io.sallyport.handshake;

import static io.sallyport.handshake.Agreement.assertSessions;
import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.diagnosis.FailureReason;
import io.sallyport.testing.Conversation;
import io.sallyport.testing.Conversation.Hello;
import io.sallyport.testing.Conversation.Message;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.OpensslClient;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.Wiretap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every message of a full TLS 1.3 handshake (RFC 8446 section 2), as openssl sees it. */
class HandshakeTableTls13Test extends HandshakeTable {
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
                            "< EncryptedExtensions",
                            "< Certificate",
                            "< CertificateVerify",
                            "< Finished",
                            "> Finished",
                            "< NewSessionTicket",
                            "< NewSessionTicket");
            assertThat(client.messages().stream().filter(Message::isHandshake).filter(message -> !message.encrypted()))
                    .extracting(Message::toString)
                    .containsExactly("> ClientHello", "< ServerHello");
            assertSessions(proxy, Agreement.full("TLSv1.3", "TLS_AES_256_GCM_SHA384", "X25519"));
        }
    }

    @Test
    void choosesVersionSuiteAndSessionIdInServerHello() {
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Conversation client = client(proxy)
                    .with("-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256")
                    .request();

            assertThat(client.serverHello().version()).isEqualTo("0304");
            assertThat(client.serverHello().suite()).isEqualTo("1303");
            // The client's own, echoed for the sake of middle boxes: RFC 8446 appendix D.4.
            assertThat(client.serverHello().sessionId())
                    .isEqualTo(Hello.of(client.message("> ClientHello")).sessionId())
                    .hasSize(64);
            assertThat(client.serverHello().isHelloRetryRequest()).isFalse();
            assertSessions(proxy, Agreement.full("TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256", "X25519"));
        }
    }

    @ParameterizedTest
    @CsvSource({"P-521:P-384, P-384", "P-521:P-256, P-256", "P-521:X25519, X25519"})
    void asksForAKeyShareOfAGroupOfOurs(String offered, String expected) {
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Conversation client = client(proxy).with("-groups", offered).request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.handshake())
                    .startsWith(
                            "> ClientHello",
                            "< ServerHello",
                            "> ClientHello",
                            "< ServerHello",
                            "< EncryptedExtensions",
                            "< Certificate");
            assertThat(client.messages().stream()
                            .filter(message -> message.name().equals("ServerHello"))
                            .map(message -> Hello.of(message).isHelloRetryRequest()))
                    .containsExactly(true, false);
            assertSessions(proxy, Agreement.full("TLSv1.3", "TLS_AES_256_GCM_SHA384", expected));
        }
    }

    @ParameterizedTest
    @CsvSource({"X25519:P-256, X25519", "P-256:X25519, P-256", "P-384:X25519, P-384"})
    void takesTheKeyShareThatCame(String offered, String expected) {
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            // Its share is for the first alone; we would have preferred another.
            Conversation client = client(proxy).with("-groups", offered).request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.handshake()).startsWith("> ClientHello", "< ServerHello", "< EncryptedExtensions");
            assertSessions(proxy, Agreement.full("TLSv1.3", "TLS_AES_256_GCM_SHA384", expected));
        }
    }

    @Test
    void sendsItsCertificateEncrypted() throws Exception {
        IssuedCertificate certificate = authority.server("localhost").issue();
        try (RunningProxy proxy = RunningProxy.to(backend.address())
                        .certificate(authority, certificate)
                        .start();
                Wiretap wire = Wiretap.on(proxy.address())) {
            Conversation client = new OpensslClient(directory, proxy, wire.address())
                    .with("-tls1_3")
                    .request();

            assertThat(client.isAnswered()).isTrue();
            assertThat(client.message("< Certificate").encrypted()).isTrue();
            assertThat(wire.proxySent(certificate.leaf().getEncoded())).isFalse();
        }
    }

    @Test
    void refusesAClientWithoutAGroupOfOurs() {
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            Conversation client =
                    client(proxy).with("-groups", "P-521:ffdhe2048").request();

            var failure =
                    Refusal.assertRefused(proxy, backend, client, "handshake_failure", FailureReason.NO_COMMON_GROUP);
            assertThat(failure.text("offered.groups")).isEqualTo("secp521r1,ffdhe2048");
            assertThat(failure.text("offered.versions")).isEqualTo("TLSv1.3");
        }
    }

    private OpensslClient client(RunningProxy proxy) {
        return new OpensslClient(directory, proxy).with("-tls1_3");
    }
}
