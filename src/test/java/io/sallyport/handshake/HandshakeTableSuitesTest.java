package io.sallyport.handshake;

import static io.sallyport.handshake.Agreement.assertSessions;
import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.Conversation;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.OpensslClient;
import io.sallyport.testing.RunningProxy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every suite, every kind of key and every group of the default profile. */
class HandshakeTableSuitesTest extends HandshakeTable {
    @ParameterizedTest
    @CsvSource({"TLS_AES_128_GCM_SHA256, 1301", "TLS_AES_256_GCM_SHA384, 1302", "TLS_CHACHA20_POLY1305_SHA256, 1303"})
    void speaksEverySuiteOfTls13(String suite, String code) {
        try (RunningProxy proxy = proxy(KeyKind.EC_P256)) {
            Conversation client = new OpensslClient(directory, proxy)
                    .with("-tls1_3", "-ciphersuites", suite)
                    .request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.serverHello().suite()).isEqualTo(code);
            assertThat(client.output()).contains("Cipher is " + suite);
            assertSessions(proxy, Agreement.full("TLSv1.3", suite, "X25519"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "EC_P256, ECDHE-ECDSA-AES128-GCM-SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "EC_P256, ECDHE-ECDSA-AES256-GCM-SHA384, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "EC_P256, ECDHE-ECDSA-CHACHA20-POLY1305, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "RSA_2048, ECDHE-RSA-AES128-GCM-SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "RSA_2048, ECDHE-RSA-AES256-GCM-SHA384, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "RSA_2048, ECDHE-RSA-CHACHA20-POLY1305, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
    })
    void speaksEverySuiteOfTls12(KeyKind key, String cipher, String expected) {
        try (RunningProxy proxy = proxy(key)) {
            Conversation client = new OpensslClient(directory, proxy)
                    .with("-tls1_2", "-cipher", cipher)
                    .request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.output()).contains("Cipher is " + cipher);
            assertSessions(proxy, Agreement.full("TLSv1.2", expected, "X25519"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-tls1_2, ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-ECDSA-CHACHA20-POLY1305",
        "-tls1_2, ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-ECDSA-AES256-GCM-SHA384",
        "-tls1_3, TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256",
        "-tls1_3, TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256, TLS_AES_128_GCM_SHA256"
    })
    void takesTheSuiteThatTheClientPrefers(String version, String offered, String expected) {
        try (RunningProxy proxy = proxy(KeyKind.EC_P256)) {
            Conversation client = new OpensslClient(directory, proxy)
                    .with(version, version.equals("-tls1_2") ? "-cipher" : "-ciphersuites", offered)
                    .request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.output()).contains("Cipher is " + expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-tls1_2, RSA_2048, RSA-PSS",
        "-tls1_3, RSA_2048, RSA-PSS",
        "-tls1_2, EC_P256, ECDSA",
        "-tls1_3, EC_P256, ECDSA",
        "-tls1_2, EC_P384, ECDSA",
        "-tls1_3, EC_P384, ECDSA",
        "-tls1_2, ED25519, ed25519",
        "-tls1_3, ED25519, ed25519"
    })
    void signsWithEveryKindOfKey(String version, KeyKind key, String expected) {
        try (RunningProxy proxy = proxy(key)) {
            Conversation client =
                    new OpensslClient(directory, proxy).with(version).request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.reported("Peer signature type: ")).isEqualTo(expected);
            proxy.awaitMetric(1, "sallyport_tls_sessions_total", "resumed", "false");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-tls1_2, X25519, 'X25519, 253 bits'",
        "-tls1_3, X25519, 'X25519, 253 bits'",
        "-tls1_2, P-256, 'ECDH, prime256v1, 256 bits'",
        "-tls1_3, P-256, 'ECDH, prime256v1, 256 bits'",
        "-tls1_2, P-384, 'ECDH, secp384r1, 384 bits'",
        "-tls1_3, P-384, 'ECDH, secp384r1, 384 bits'"
    })
    void agreesOnEveryGroupThatOpensslHas(String version, String group, String reported) {
        try (RunningProxy proxy = proxy(KeyKind.RSA_2048)) {
            Conversation client = new OpensslClient(directory, proxy)
                    .with(version, "-groups", group)
                    .request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.reported("Server Temp Key: ")).isEqualTo(reported);
            assertSessions(
                    proxy,
                    version.equals("-tls1_2")
                            ? Agreement.full("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", group)
                            : Agreement.full("TLSv1.3", "TLS_AES_256_GCM_SHA384", group));
        }
    }

    private RunningProxy proxy(KeyKind key) {
        return RunningProxy.to(backend.address())
                .certificate(authority, authority.server("localhost").key(key).issue())
                .start();
    }
}
