package io.sallyport.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.handshake.FailureReason;
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
        assertThat(BoringSslReasons.read(words))
                .hasValueSatisfying(failure -> assertThat(failure.reason()).isEqualTo(FailureReason.INTERNAL_ERROR));
    }

    @Test
    void theClientsFaultsStayItsOwn() {
        assertThat(BoringSslReasons.read("error:10000089:SSL routines:OPENSSL_internal:DECODE_ERROR"))
                .hasValueSatisfying(failure -> assertThat(failure.reason()).isEqualTo(FailureReason.PROTOCOL_ERROR));
    }
}
