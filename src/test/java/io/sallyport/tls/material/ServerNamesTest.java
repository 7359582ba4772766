package io.sallyport.tls.material;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import java.security.cert.CertificateParsingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerNamesTest {
    @ParameterizedTest
    @ValueSource(ints = {128, 2_000, 30_000})
    void aCommonNameOfThousandsOfLabelsIsNoHostName(int labels) throws CertificateParsingException {
        String name = "a.".repeat(labels - 1) + "a";

        assertThat(ServerNames.of(CertificateAuthority.selfSigned(name).issue().leaf()))
                .isEmpty();
    }

    @Test
    void theLongestHostNameIsOne() throws CertificateParsingException {
        String name = "a.".repeat(126) + "a";

        assertThat(ServerNames.of(CertificateAuthority.selfSigned(name).issue().leaf()))
                .containsExactly(name);
    }
}
