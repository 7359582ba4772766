package io.sallyport.handshake;

import static io.sallyport.handshake.Agreement.assertSessions;
import static io.sallyport.handshake.Refusal.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.OpenSsl;
import io.netty.internal.tcnative.SSL;
import io.netty.internal.tcnative.SSLContext;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.testing.Conversation;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.OpensslClient;
import io.sallyport.testing.RunningProxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which versions and suites each profile takes, and what BoringSSL has of them. */
class HandshakeTableVersionsTest extends HandshakeTable {
    /** Without it openssl would refuse the older versions itself: they sign with SHA-1. */
    private static final String ANY_CIPHER = "ALL:@SECLEVEL=0";

    @ParameterizedTest
    @CsvSource({
        "modern, -tls1_1",
        "modern, -tls1_2",
        "intermediate, -tls1",
        "intermediate, -tls1_1",
    })
    void refusesOlderVersions(String profile, String version) {
        try (RunningProxy proxy = proxy(profile, KeyKind.RSA_2048)) {
            Conversation client = new OpensslClient(directory, proxy)
                    .with(version, "-cipher", ANY_CIPHER)
                    .request();

            var failure = assertRefused(proxy, backend, client, "protocol_version", FailureReason.VERSION_TOO_OLD);
            assertThat(failure.text("offered.versions"))
                    .isEqualTo(version.replace("-tls", "TLSv").replace('_', '.'));
        }
    }

    @Test
    void speaksTls13AloneUnderModern() {
        try (RunningProxy proxy = proxy("modern", KeyKind.EC_P256)) {
            Conversation client = new OpensslClient(directory, proxy).request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertSessions(proxy, Agreement.full("TLSv1.3", "TLS_AES_256_GCM_SHA384", "X25519"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-tls1, TLSv1, EC_P256, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        "-tls1_1, TLSv1.1, EC_P256, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        "-tls1, TLSv1, RSA_2048, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "-tls1_1, TLSv1.1, RSA_2048, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "-tls1_2, TLSv1.2, RSA_2048, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    })
    void speaksEveryVersionUnderOld(String option, String version, KeyKind key, String suite) {
        try (RunningProxy proxy = proxy("old", key)) {
            Conversation client = new OpensslClient(directory, proxy)
                    .with(option, "-cipher", ANY_CIPHER)
                    .request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.handshake())
                    .containsSubsequence(
                            "> ClientHello",
                            "< ServerHello",
                            "< Certificate",
                            "< ServerKeyExchange",
                            "< ServerHelloDone",
                            "> ClientKeyExchange",
                            "> Finished",
                            "< Finished");
            assertSessions(proxy, Agreement.full(version, suite, "X25519"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ECDHE-ECDSA-AES128-GCM-SHA256",
                "ECDHE-RSA-AES128-GCM-SHA256",
                "ECDHE-ECDSA-AES256-GCM-SHA384",
                "ECDHE-RSA-AES256-GCM-SHA384",
                "ECDHE-ECDSA-CHACHA20-POLY1305",
                "ECDHE-RSA-CHACHA20-POLY1305",
                "ECDHE-ECDSA-AES128-SHA",
                "ECDHE-RSA-AES128-SHA",
                "ECDHE-ECDSA-AES256-SHA",
                "ECDHE-RSA-AES256-SHA",
                "AES128-GCM-SHA256",
                "AES256-GCM-SHA384",
                "AES128-SHA",
                "AES256-SHA"
            })
    void speaksTheSuitesOfOld(String cipher) {
        KeyKind key = cipher.contains("-ECDSA-") ? KeyKind.EC_P256 : KeyKind.RSA_2048;
        try (RunningProxy proxy = proxy("old", key)) {
            Conversation client = new OpensslClient(directory, proxy)
                    .with("-tls1_2", "-cipher", cipher + ":@SECLEVEL=0")
                    .request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(client.output()).contains("Cipher is " + cipher);
        }
    }

    /** What else version 5.8 of the guideline lists for its profile old. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "DHE-RSA-AES128-GCM-SHA256",
                "DHE-RSA-AES256-GCM-SHA384",
                "DHE-RSA-CHACHA20-POLY1305",
                "DHE-RSA-AES128-SHA256",
                "DHE-RSA-AES256-SHA256",
                "ECDHE-ECDSA-AES128-SHA256",
                "ECDHE-ECDSA-AES256-SHA384",
                "ECDHE-RSA-AES256-SHA384",
                "AES128-SHA256",
                "AES256-SHA256"
            })
    void lacksTheSuitesOfOldThatBoringSslLacks(String cipher) throws Exception {
        assertThatThrownBy(() -> boringSslTakes(cipher)).hasMessageContaining("NO_CIPHER_MATCH");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ECDHE-RSA-AES128-SHA256", "DES-CBC3-SHA"})
    void lacksTheSuitesOfOldThatNettyDoesNotLetThrough(String cipher) throws Exception {
        assertThat(boringSslTakes(cipher)).isTrue();
        assertThat(OpenSsl.isCipherSuiteAvailable(cipher)).isFalse();
    }

    private static boolean boringSslTakes(String cipher) throws Exception {
        long context = SSLContext.make(SSL.SSL_PROTOCOL_ALL, SSL.SSL_MODE_SERVER);
        try {
            return SSLContext.setCipherSuite(context, cipher, false);
        } finally {
            SSLContext.free(context);
        }
    }

    /** Where ours is to win, BoringSSL holds to it in suites and groups alike: one option is for both. */
    @ParameterizedTest
    @CsvSource({"intermediate, P-384", "old, X25519"})
    void ordersGroupsAsItOrdersSuites(String profile, String expected) {
        try (RunningProxy proxy = proxy(profile, KeyKind.EC_P256)) {
            Conversation client = new OpensslClient(directory, proxy)
                    .with("-tls1_3", "-groups", "P-521:P-384:X25519")
                    .request();

            assertThat(client.isAnswered()).as(client.output()).isTrue();
            assertThat(proxy.awaitConnectionLine().text("group")).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // The guideline leaves the choice to the client in the newer profiles, and takes it in old.
        "intermediate, AES256-GCM-SHA384",
        "old, AES128-GCM-SHA256"
    })
    void ordersSuitesAsTheGuidelineSays(String profile, String expected) {
        try (RunningProxy proxy = proxy(profile, KeyKind.EC_P256)) {
            Conversation client = new OpensslClient(directory, proxy)
                    .with("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256")
                    .request();

            assertThat(client.output()).contains("Cipher is ECDHE-ECDSA-" + expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"intermediate", "old"})
    void toleratesAFallbackSignalOfTheNewestVersion(String profile) {
        try (RunningProxy proxy = proxy(profile, KeyKind.EC_P256)) {
            assertThat(new OpensslClient(directory, proxy)
                            .with("-fallback_scsv")
                            .request()
                            .isAnswered())
                    .isTrue();
        }
    }

    @Test
    void refusesADowngradeByFallback() {
        try (RunningProxy proxy = proxy("intermediate", KeyKind.EC_P256)) {
            Conversation client = new OpensslClient(directory, proxy)
                    .with("-tls1_2", "-fallback_scsv")
                    .request();

            assertThat(client.isAnswered()).isFalse();
            assertThat(client.alerts()).containsExactly("< fatal inappropriate_fallback");
            assertThat(proxy.awaitHandshakeFailure().text("detail")).isEqualTo("INAPPROPRIATE_FALLBACK");
        }
    }

    private RunningProxy proxy(String profile, KeyKind key) {
        return RunningProxy.to(backend.address())
                .certificate(authority, authority.server("localhost").key(key).issue())
                .with("listeners.https.tls.profile = " + profile)
                .start();
    }
}
