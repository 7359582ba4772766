package io.sallyport.acme;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long nothing is asked after a failure. */
final class BackoffTest {
    private static final Duration NONE = Duration.ZERO;

    @Test
    void doublesUpToTheLongestAndStaysThere() {
        assertThat(delay(1)).isEqualTo(Duration.ofMinutes(2));
        assertThat(delay(2)).isEqualTo(Duration.ofMinutes(4));
        assertThat(delay(5)).isEqualTo(Duration.ofMinutes(32));
        assertThat(delay(10)).isEqualTo(Duration.ofHours(6));
        assertThat(delay(Integer.MAX_VALUE)).isEqualTo(Duration.ofHours(6));
    }

    @Test
    void isAQuarterShorterOrLongerByChance() {
        assertThat(Backoff.USUAL.after(1, NONE, 0)).isEqualTo(Duration.ofSeconds(90));
        assertThat(Backoff.USUAL.after(1, NONE, 1)).isEqualTo(Duration.ofSeconds(150));
    }

    @Test
    void isAThirdOfWhatIsLeftOfTheCertificateButNotLessThanTenSeconds() {
        assertThat(Backoff.USUAL.after(9, Duration.ofHours(3), 0.5)).isEqualTo(Duration.ofHours(1));
        assertThat(Backoff.USUAL.after(9, Duration.ofSeconds(5), 0.5)).isEqualTo(Duration.ofSeconds(10));
        assertThat(Backoff.USUAL.after(1, Duration.ofDays(30), 0.5)).isEqualTo(Duration.ofMinutes(2));
    }

    private static Duration delay(int failures) {
        return Backoff.USUAL.after(failures, NONE, 0.5);
    }
}
