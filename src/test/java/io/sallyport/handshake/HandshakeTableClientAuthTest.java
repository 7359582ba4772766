package io.sallyport.handshake;

import static io.sallyport.handshake.Agreement.assertSessions;
import static io.sallyport.handshake.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.diagnosis.FailureReason;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.Conversation;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.OpensslClient;
import io.sallyport.testing.PemFiles;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.Wiretap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CertificateRequest, the client's Certificate and its CertificateVerify, and what a client gets that is refused. */
class HandshakeTableClientAuthTest extends HandshakeTable {
    private static final String METER = "sallyport_client_certificates_total";

    private final CertificateAuthority clients = CertificateAuthority.create("Clients");

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void asksForNoCertificateWithModeNone(String version) {
        try (RunningProxy proxy = proxy("none")) {
            Conversation client = client(proxy, version)
                    .with(show(clients.client("ops").issue()))
                    .request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.handshake())
                    .doesNotContain("< CertificateRequest", "> Certificate", "> CertificateVerify");
            assertThat(proxy.awaitConnectionLine().has("client_certificate")).isFalse();
            proxy.awaitMetric(1, METER, "result", "none");
        }
    }

    @ParameterizedTest
    @CsvSource({"-tls1_2, request", "-tls1_3, request", "-tls1_2, require", "-tls1_3, require"})
    void takesACertificateThatVerifies(String version, String mode) {
        try (RunningProxy proxy = proxy(mode)) {
            Conversation client = client(proxy, version)
                    .with(show(clients.client("ops").issue()))
                    .request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.handshake())
                    .containsSubsequence(
                            version.equals("-tls1_2")
                                    ? new String[] {
                                        "< ServerHello",
                                        "< Certificate",
                                        "< ServerKeyExchange",
                                        "< CertificateRequest",
                                        "< ServerHelloDone",
                                        "> Certificate",
                                        "> ClientKeyExchange",
                                        "> CertificateVerify",
                                        "> Finished",
                                        "< Finished"
                                    }
                                    : new String[] {
                                        "< ServerHello",
                                        "< EncryptedExtensions",
                                        "< CertificateRequest",
                                        "< Certificate",
                                        "< CertificateVerify",
                                        "< Finished",
                                        "> Certificate",
                                        "> CertificateVerify",
                                        "> Finished"
                                    });
            assertThat(client.message("< CertificateRequest").encrypted()).isEqualTo(version.equals("-tls1_3"));
            assertThat(client.message("> CertificateVerify").encrypted()).isEqualTo(version.equals("-tls1_3"));
            LogLine line = assertSessions(
                    proxy,
                    version.equals("-tls1_2")
                            ? Agreement.full("TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "X25519")
                            : Agreement.full("TLSv1.3", "TLS_AES_256_GCM_SHA384", "X25519"));
            assertThat(line.text("client_certificate")).isEqualTo("CN=ops");
            proxy.awaitMetric(1, METER, "result", "verified");
            proxy.awaitMetric(1, METER);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void letsAClientWithoutOneInWhereItIsOnlyRequested(String version) {
        try (RunningProxy proxy = proxy("request")) {
            Conversation client = client(proxy, version).request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.handshake()).contains("< CertificateRequest", "> Certificate");
            assertThat(client.handshake()).doesNotContain("> CertificateVerify");
            assertThat(proxy.awaitConnectionLine().has("client_certificate")).isFalse();
            proxy.awaitMetric(1, METER, "result", "none");
            proxy.awaitMetric(1, METER);
        }
    }

    @ParameterizedTest
    @CsvSource({"-tls1_2, handshake_failure", "-tls1_3, certificate_required"})
    void refusesAClientWithoutOneWhereItIsRequired(String version, String alert) {
        try (RunningProxy proxy = proxy("require")) {
            Conversation client = client(proxy, version).request();

            assertThat(client.handshake()).contains("< CertificateRequest").doesNotContain("> CertificateVerify");
            assertRefused(proxy, backend, client, alert, FailureReason.CLIENT_CERTIFICATE_MISSING);
            assertThat(client.output()).contains("SSL alert number " + (version.equals("-tls1_2") ? "40" : "116"));
            proxy.awaitMetric(1, METER, "result", "refused");
            proxy.awaitMetric(1, METER);
        }
    }

    @ParameterizedTest
    @CsvSource({"-tls1_2, request", "-tls1_3, request", "-tls1_2, require", "-tls1_3, require"})
    void refusesACertificateOfAnotherAuthority(String version, String mode) {
        IssuedCertificate stranger =
                CertificateAuthority.create("Strangers").client("ops").issue();
        assertRefusal(version, mode, stranger, "unknown_ca", FailureReason.CLIENT_CERTIFICATE_UNKNOWN_ISSUER);
    }

    @ParameterizedTest
    @CsvSource({"-tls1_2, request", "-tls1_3, request", "-tls1_2, require", "-tls1_3, require"})
    void refusesASelfSignedCertificate(String version, String mode) {
        IssuedCertificate own = CertificateAuthority.selfSigned("ops").client().issue();
        assertRefusal(version, mode, own, "unknown_ca", FailureReason.CLIENT_CERTIFICATE_UNKNOWN_ISSUER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void refusesAnExpiredCertificate(String version) {
        assertRefusal(
                version,
                "require",
                clients.client("ops").expired().issue(),
                "certificate_expired",
                FailureReason.CLIENT_CERTIFICATE_EXPIRED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void refusesACertificateThatIsNotYetValid(String version) {
        assertRefusal(
                version,
                "require",
                clients.client("ops").notYetValid().issue(),
                "bad_certificate",
                FailureReason.CLIENT_CERTIFICATE_NOT_YET_VALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void refusesTheCertificateOfAServer(String version) {
        assertRefusal(
                version,
                "require",
                clients.server("ops").issue(),
                "unsupported_certificate",
                FailureReason.CLIENT_CERTIFICATE_WRONG_PURPOSE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void refusesAChainWithoutItsIntermediate(String version) {
        IssuedCertificate below =
                clients.authority("Intermediate").issueAuthority().client("ops").issue();
        assertRefusal(
                version,
                "require",
                new IssuedCertificate(below.key(), below.chain().subList(0, 1)),
                "unknown_ca",
                FailureReason.CLIENT_CERTIFICATE_UNKNOWN_ISSUER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void takesAChainWithItsIntermediate(String version) {
        IssuedCertificate below =
                clients.authority("Intermediate").issueAuthority().client("ops").issue();
        try (RunningProxy proxy = proxy("require")) {
            Conversation client = client(proxy, version).with(show(below)).request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(proxy.awaitConnectionLine().text("client_certificate")).isEqualTo("CN=ops");
        }
    }

    @ParameterizedTest
    @CsvSource({"-tls1_2, RSA_2048", "-tls1_3, RSA_2048", "-tls1_2, EC_P384", "-tls1_3, EC_P384"})
    void verifiesTheSignatureOfEveryKindOfKey(String version, KeyKind key) {
        try (RunningProxy proxy = proxy("require")) {
            Conversation client = client(proxy, version)
                    .with(show(clients.client("ops").key(key).issue()))
                    .request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.handshake()).contains("> CertificateVerify");
            assertThat(proxy.awaitConnectionLine().text("client_certificate")).isEqualTo("CN=ops");
        }
    }

    /** BoringSSL asks clients for no such signature, and netty-tcnative has no way to make it. */
    @ParameterizedTest
    @CsvSource({"-tls1_2, ED25519", "-tls1_3, ED25519", "-tls1_3, EC_P521"})
    void asksForNoEd25519AndNoP521(String version, KeyKind key) {
        try (RunningProxy proxy = proxy("require")) {
            Conversation client = client(proxy, version)
                    .with(show(clients.client("ops").key(key).issue()))
                    .request();

            assertThat(client.reported("Requested Signature Algorithms: "))
                    .contains("ECDSA+SHA256", "RSA-PSS+SHA256")
                    .doesNotContainIgnoringCase("Ed25519", "SHA512:ECDSA", "ECDSA+SHA512");
            assertThat(client.handshake()).doesNotContain("> CertificateVerify");
            assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("client_certificate_missing");
        }
    }

    @ParameterizedTest
    @CsvSource({"-tls1_2, true", "-tls1_3, false"})
    void hidesTheClientsCertificateInTls13(String version, boolean visible) throws Exception {
        IssuedCertificate certificate = clients.client("ops").issue();
        try (RunningProxy proxy = proxy("require");
                Wiretap wire = Wiretap.on(proxy.address())) {
            Conversation client = new OpensslClient(directory, proxy, wire.address())
                    .with(version)
                    .with(show(certificate))
                    .request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(wire.clientSent(certificate.leaf().getEncoded())).isEqualTo(visible);
        }
    }

    private void assertRefusal(
            String version, String mode, IssuedCertificate certificate, String alert, FailureReason reason) {
        try (RunningProxy proxy = proxy(mode)) {
            Conversation client = client(proxy, version).with(show(certificate)).request();

            // The proof of the key comes first: it is the certificate that is refused.
            assertThat(client.handshake()).contains("> Certificate", "> CertificateVerify");
            assertRefused(proxy, backend, client, alert, reason);
            proxy.awaitMetric(1, METER, "result", "refused");
            proxy.awaitMetric(1, METER);
        }
    }

    private RunningProxy proxy(String mode) {
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        clients.writePem(builder.directory(), "clients");
        return builder.with("listeners.https.tls.client-auth { mode = " + mode + ", trust-anchors = [clients.crt] }")
                .start();
    }

    private OpensslClient client(RunningProxy proxy, String version) {
        return new OpensslClient(directory, proxy).with(version);
    }

    private String[] show(IssuedCertificate certificate) {
        PemFiles files = certificate.writePem(directory, "client");
        return new String[] {
            "-cert",
            files.chain().toString(),
            "-cert_chain",
            files.chain().toString(),
            "-key",
            files.key().toString()
        };
    }
}
