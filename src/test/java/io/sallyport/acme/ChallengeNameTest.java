package io.sallyport.acme;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What an authority asks for when it looks whether a name leads here. */
final class ChallengeNameTest {
    @Test
    void ofAHostNameIsTheNameAndOfAnAddressItsNameForReverseLookups() {
        assertThat(ChallengeName.of("a.example")).isEqualTo("a.example");
        assertThat(ChallengeName.of("192.0.2.17")).isEqualTo("17.2.0.192.in-addr.arpa");
        assertThat(ChallengeName.of("2001:db8::1"))
                .isEqualTo("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    }
}
