package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.RunningProxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code profile = custom}: versions, suites and groups of the operator's choice; openssl is the client. */
final class CustomProfileTest {
    private static final String CHACHA20 = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256";
    private static final String AES_128 = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";

    @Test
    void ordersSuitesAsTheyAreListed() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = custom(backend, "ciphers = [" + CHACHA20 + ", " + AES_128 + "]")) {
            assertThat(connect(
                            proxy, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305"))
                    .contains("Cipher is ECDHE-ECDSA-CHACHA20-POLY1305");
            assertThat(connect(proxy, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"))
                    .contains("alert number 40");
            assertThat(connect(proxy, "-tls1_3")).contains("New, TLSv1.3");
        }
    }

    @Test
    void speaksTheVersionsThatAreListedAlone() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = custom(backend, "protocols = [TLSv1.2]")) {
            assertThat(connect(proxy, "-tls1_3")).contains("alert number 70");
            assertThat(connect(proxy)).contains("New, TLSv1.2");
        }
    }

    @Test
    void narrowsAnyProfile() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls { profile = intermediate, protocols = [TLSv1.3] }")
                        .start()) {
            assertThat(connect(proxy, "-tls1_2")).contains("alert number 70");
            assertThat(connect(proxy, "-tls1_3")).contains("New, TLSv1.3");
        }
    }

    @Test
    void agreesOnTheGroupsThatAreListedAlone() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = custom(backend, "groups = [P-384, P-256]")) {
            assertThat(connect(proxy, "-groups", "X25519:P-384")).contains("Server Temp Key: ECDH, secp384r1");
            assertThat(connect(proxy, "-groups", "X25519")).contains("alert number 40");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            protocols = [TLSv1, TLSv1.2]                   | protocols: [TLSv1, TLSv1.2]
            ciphers = [TLS_DHE_RSA_WITH_AES_128_CBC_SHA]   | ciphers: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA" (expected:
            ciphers = [ECDHE-ECDSA-AES128-GCM-SHA256]      | ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" (expected:
            groups = [X448]                                | groups: "X448" (expected:
            """)
    void refusesWhatBoringSslDoesNotHaveWithTheRule(String setting, String problem) {
        try (FakeBackend backend = FakeBackend.closing()) {
            assertThatThrownBy(() -> custom(backend, setting).close())
                    .hasMessageContaining(problem)
                    .hasMessageContaining("(expected: ");
        }
    }

    private static RunningProxy custom(FakeBackend backend, String setting) {
        return RunningProxy.to(backend.address())
                .with("listeners.https.tls { profile = custom, " + setting + " }")
                .start();
    }

    private static String connect(RunningProxy proxy, String... options) {
        List<String> command = new ArrayList<>(List.of(
                "s_client",
                "-ign_eof",
                "-connect",
                "127.0.0.1:" + proxy.address().getPort()));
        command.addAll(List.of(options));
        return new Openssl(proxy.directory()).output(command);
    }
}
