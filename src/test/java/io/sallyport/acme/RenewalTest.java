package io.sallyport.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.acme.Renewal.Window;
import io.sallyport.config.tls.RenewBefore;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a certificate is renewed. */
final class RenewalTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant END = START.plus(Duration.ofDays(90));
    private static final RenewBefore THIRD = new RenewBefore(null, 33);

    private static Instant due(RenewBefore before, @Nullable Window window, double random) {
        return Renewal.due(START, END, before, window, random);
    }

    @Test
    void byShareOfTheLifetimeUpToATenthOfThatEarlier() {
        Duration ahead = Duration.ofDays(90).multipliedBy(33).dividedBy(100);

        assertThat(due(THIRD, null, 0)).isEqualTo(END.minus(ahead));
        assertThat(due(THIRD, null, 1))
                .isEqualTo(END.minus(ahead.multipliedBy(11).dividedBy(10)));
    }

    @Test
    void byTimeAndNeverBeforeATenthOfTheLifetimeIsOver() {
        assertThat(due(new RenewBefore(Duration.ofDays(20), 0), null, 0)).isEqualTo(END.minus(Duration.ofDays(20)));
        assertThat(due(new RenewBefore(Duration.ofDays(200), 0), null, 0)).isEqualTo(START.plus(Duration.ofDays(9)));
        assertThat(due(new RenewBefore(Duration.ofDays(200), 0), null, 1)).isAfter(START);
    }

    @Test
    void anywhereInTheWindowThatTheAuthoritySuggests() {
        Window window = new Window(START.plus(Duration.ofDays(10)), START.plus(Duration.ofDays(12)));

        assertThat(due(THIRD, window, 0)).isEqualTo(window.start());
        assertThat(due(THIRD, window, 0.5)).isEqualTo(START.plus(Duration.ofDays(11)));
        assertThat(due(THIRD, window, 1)).isEqualTo(window.end());
    }

    /** Which is how an authority has certificates replaced that it will revoke. */
    @Test
    void atOnceWhereTheWindowIsOver() {
        Window window = new Window(START.minus(Duration.ofDays(2)), START.minus(Duration.ofDays(1)));

        assertThat(due(THIRD, window, 0.7)).isBefore(START);
    }

    @Test
    void aWindowAtWhoseEndTheCertificateIsOverCountsAsNone() {
        Window window = new Window(END.minus(Duration.ofDays(1)), END.plus(Duration.ofDays(1)));

        assertThat(due(THIRD, window, 0)).isEqualTo(due(THIRD, null, 0));
    }
}
