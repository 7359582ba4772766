package io.sallyport.tls.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.tls.ClientAuthConfig.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionCacheTest {
    private static final int MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({"NONE, 1024", "REQUEST, 128", "REQUIRE, 128", "PINNED, 128", "UNVERIFIED, 15"})
    void theLongerTheChainOfAClientMayBeTheFewerSessionsFit(Mode mode, int fitting) {
        assertThat(new SessionCache(20_000, SessionCache.bytes(mode)).fitting(MIB))
                .isEqualTo(fitting);
    }

    @Test
    void noMoreAreKeptThanTheConfigurationSays() {
        assertThat(new SessionCache(20_000, 1024).fitting(1L << 40)).isEqualTo(20_000);
    }

    @Test
    void oneIsKeptWhereNoneFits() {
        assertThat(new SessionCache(20_000, 1024).fitting(0)).isOne();
    }
}
