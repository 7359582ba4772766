package io.sallyport.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.tls.x509.SelfSigned;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an authority asks for when it looks whether a name leads here. */
final class ChallengeNameTest {
    /** Taken for an address by its last character, it could never be ordered. */
    @Test
    void aHostNameThatEndsInADigitIsOrderedAndStoodInForAsAName() throws Exception {
        assertThat(Ordering.identifier("db1").getType()).isEqualTo("dns");
        assertThat(Ordering.identifier("192.0.2.17").getType()).isEqualTo("ip");
        X509Certificate standIn = SelfSigned.create("CN=x", List.of("db1", "192.0.2.17"), Duration.ofDays(1))
                .certificate();
        assertThat(standIn.getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(List.of(2, "db1"), List.of(7, "192.0.2.17"));
    }

    @Test
    void ofAHostNameIsTheNameAndOfAnAddressItsNameForReverseLookups() {
        assertThat(ChallengeName.of("a.example")).isEqualTo("a.example");
        assertThat(ChallengeName.of("db1")).isEqualTo("db1");
        assertThat(ChallengeName.of("a.lan2")).isEqualTo("a.lan2");
        assertThat(ChallengeName.of("192.0.2.17")).isEqualTo("17.2.0.192.in-addr.arpa");
        assertThat(ChallengeName.of("2001:db8::1"))
                .isEqualTo("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    }
}
