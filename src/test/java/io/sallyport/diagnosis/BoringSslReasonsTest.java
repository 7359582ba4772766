package io.sallyport.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What BoringSSL says of itself is no fault of the client. */
class BoringSslReasonsTest {
    /** The first is what a CertificateRequest with more than 64 KiB of names gives. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "error:0e000045:common libcrypto routines:OPENSSL_internal:overflow",
                "error:0e000041:common libcrypto routines:OPENSSL_internal:malloc failure",
                "error:10000044:SSL routines:OPENSSL_internal:internal error",
                "error:100000b0:SSL routines:OPENSSL_internal:NO_CERTIFICATE_SET"
            })
    void ourOwnFaultsAreInternalErrors(String words) {
        assertThat(read(words))
                .hasValueSatisfying(failure -> assertThat(failure.reason()).isEqualTo(FailureReason.INTERNAL_ERROR));
    }

    /** RFC 8446 section 6: the number tells which alert, whatever its name in ssl.h is. */
    @Test
    void theClientsAlertsAreReadByTheirNumber() {
        assertThat(read("error:10000418:SSL routines:OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA"))
                .hasValueSatisfying(failure -> {
                    assertThat(failure.reason()).isEqualTo(FailureReason.CLIENT_REJECTED_ISSUER);
                    assertThat(failure.alert()).isEqualTo(48);
                });
    }

    @Test
    void otherWordsAreNobodysFault() {
        assertThat(read("error: something else")).isEmpty();
        assertThat(BoringSslError.in(null)).isEmpty();
    }

    private static Optional<HandshakeFailure> read(String words) {
        return BoringSslError.in(new SSLException(words)).map(BoringSslReasons::failure);
    }

    @Test
    void theClientsFaultsStayItsOwn() {
        assertThat(read("error:10000089:SSL routines:OPENSSL_internal:DECODE_ERROR"))
                .hasValueSatisfying(failure -> assertThat(failure.reason()).isEqualTo(FailureReason.PROTOCOL_ERROR));
    }
}
