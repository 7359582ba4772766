package io.sallyport.handshake;

import static io.sallyport.handshake.Agreement.assertSessions;
import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.BoringSslClient;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Http;
import io.sallyport.testing.RunningProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Key exchange with a client that has the post-quantum hybrid, which openssl has from 3.5 on. */
class HandshakeTableGroupsTest {
    private FakeBackend backend;

    @BeforeEach
    void startBackend() {
        backend = Http.backend();
    }

    @AfterEach
    void stopBackend() {
        backend.close();
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.3, X25519MLKEM768, X25519MLKEM768",
        "TLSv1.3, X25519MLKEM768:X25519, X25519MLKEM768",
        "TLSv1.3, X25519:X25519MLKEM768, X25519",
        "TLSv1.3, P-521:X25519MLKEM768, X25519MLKEM768",
        "TLSv1.3, P-256, P-256",
        "TLSv1.3, P-384, P-384",
        // The hybrid is for TLS 1.3 alone.
        "TLSv1.2, X25519MLKEM768:X25519:P-256, X25519",
        "TLSv1.2, P-256, P-256"
    })
    void agreesOnAGroup(String version, String offered, String expected) {
        try (RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            BoringSslClient.Answer answer = BoringSslClient.request(proxy, version, offered.split(":"));

            assertThat(answer.isAnswered()).isTrue();
            assertThat(answer.group()).isEqualTo(expected);
            assertSessions(proxy, Agreement.full(answer.version(), answer.cipher(), expected));
        }
    }
}
