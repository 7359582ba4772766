package io.sallyport.crl;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a list is asked for again. */
final class CrlPlanTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

    @Test
    void asksAtOnceWhereThereIsNoListAndSoonWhereThereIsOne() {
        assertThat(CrlPlan.first(false, HOUR, 1)).isZero();
        assertThat(CrlPlan.first(true, HOUR, 0.5)).isEqualTo(Duration.ofMillis(2500));
        assertThat(CrlPlan.first(true, Duration.ofSeconds(1), 1)).isEqualTo(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1})
    void asksWithinTheRefreshAndNotAllAtOnce(double random) {
        Duration delay = CrlPlan.afterSuccess(HOUR, NOW, NOW.plus(Duration.ofDays(7)), NOW, random);

        assertThat(delay).isBetween(Duration.ofMinutes(48), HOUR);
        assertThat(CrlPlan.afterSuccess(HOUR, NOW, null, NOW, random)).isEqualTo(delay);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1})
    void asksBeforeTheNextUpdate(double random) {
        Instant next = NOW.plus(Duration.ofMinutes(20));

        Duration delay = CrlPlan.afterSuccess(HOUR, NOW, next, NOW, random);

        assertThat(delay).isBetween(Duration.ofMinutes(18), Duration.ofMinutes(19));
    }

    @Test
    void doesNotAskAllTheTimeWhereTheNextUpdateIsNear() {
        assertThat(CrlPlan.afterSuccess(HOUR, NOW.minus(HOUR), NOW.plusSeconds(5), NOW, 0))
                .isEqualTo(Duration.ofMinutes(1));
        assertThat(CrlPlan.afterSuccess(Duration.ofSeconds(10), NOW.minus(HOUR), NOW.plusSeconds(5), NOW, 0))
                .isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void asksLaterAfterEachFailureUpToTheRefresh() {
        assertThat(CrlPlan.afterFailure(HOUR, 1, Duration.ZERO, 0)).isEqualTo(Duration.ofSeconds(15));
        assertThat(CrlPlan.afterFailure(HOUR, 2, Duration.ZERO, 0)).isEqualTo(Duration.ofSeconds(30));
        assertThat(CrlPlan.afterFailure(HOUR, 5, Duration.ZERO, 1)).isEqualTo(Duration.ofSeconds(192));
        assertThat(CrlPlan.afterFailure(HOUR, 1000, Duration.ZERO, 0)).isEqualTo(HOUR);
        assertThat(CrlPlan.afterFailure(Duration.ofSeconds(2), 3, Duration.ZERO, 0))
                .isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void keepsToWhatAServerAsksForWithinBounds() {
        assertThat(CrlPlan.afterFailure(HOUR, 1, Duration.ofMinutes(90), 0)).isEqualTo(Duration.ofMinutes(90));
        assertThat(CrlPlan.afterFailure(HOUR, 1, Duration.ofSeconds(1), 0)).isEqualTo(Duration.ofSeconds(15));
        assertThat(CrlPlan.afterFailure(HOUR, 1, Duration.ofDays(365), 0)).isEqualTo(Duration.ofHours(6));
    }
}
