package io.sallyport.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.acme.Plan.Held;
import io.sallyport.acme.Plan.Step;
import io.sallyport.acme.Renewal.Window;
import io.sallyport.config.tls.RenewBefore;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What is to be done about a certificate, and when. */
final class PlanTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Held HELD = new Held(NOW, NOW.plus(Duration.ofDays(90)));

    private final Plan plan = new Plan(new RenewBefore(Duration.ofDays(30), 0), Backoff.USUAL, () -> 0.5);

    private static Instant at(Duration time) {
        return NOW.plus(time);
    }

    @Test
    void withoutACertificateOneIsOrdered() {
        plan.holds(null, NOW);

        assertThat(plan.step(NOW)).isEqualTo(Step.ORDER);
        assertThat(plan.nextOrder(NOW)).isEqualTo(NOW);
    }

    @Test
    void oneThatIsGoodIsRenewedInTimeAndTheAuthorityAskedWhen() {
        plan.holds(HELD, NOW);
        assertThat(plan.step(NOW)).isEqualTo(Step.ASK);

        plan.suggested(null, null, NOW);
        assertThat(plan.step(at(Duration.ofHours(5)))).isEqualTo(Step.NOTHING);
        assertThat(plan.step(at(Duration.ofHours(6)))).isEqualTo(Step.ASK);

        plan.neverSuggested();
        assertThat(plan.step(at(Duration.ofDays(50)))).isEqualTo(Step.NOTHING);
        assertThat(plan.step(at(Duration.ofDays(60)))).isEqualTo(Step.ORDER);
    }

    @Test
    void theWindowOfTheAuthorityGoesFirstAndAnEarlierOneIsFollowed() {
        plan.holds(HELD, NOW);
        plan.suggested(new Window(at(Duration.ofDays(20)), at(Duration.ofDays(22))), null, NOW);
        assertThat(plan.nextOrder(NOW)).isEqualTo(at(Duration.ofDays(21)));

        plan.suggested(new Window(NOW.minusSeconds(20), NOW.minusSeconds(10)), null, NOW);
        assertThat(plan.step(NOW)).isEqualTo(Step.ORDER);
    }

    @Test
    void theAuthorityIsAskedAgainWhenItSaysWithinAMinuteAndADay() {
        plan.holds(HELD, NOW);
        plan.suggested(null, NOW.plusSeconds(1), NOW);
        assertThat(plan.step(NOW.plusSeconds(59))).isEqualTo(Step.NOTHING);
        assertThat(plan.step(NOW.plusSeconds(60))).isEqualTo(Step.ASK);

        plan.suggested(null, at(Duration.ofDays(40)), NOW);
        assertThat(plan.step(at(Duration.ofDays(1)))).isEqualTo(Step.ASK);
    }

    @Test
    void whatItSaidHoldsWhereItDoesNotAnswer() {
        plan.holds(HELD, NOW);
        plan.suggested(new Window(at(Duration.ofDays(20)), at(Duration.ofDays(22))), null, NOW);
        plan.notAnswered(null, NOW);

        assertThat(plan.nextOrder(NOW)).isEqualTo(at(Duration.ofDays(21)));
        assertThat(plan.step(at(Duration.ofMinutes(10)))).isEqualTo(Step.ASK);
    }

    @Test
    void afterAFailureNothingIsAskedUntilTheBackoffIsOver() {
        plan.holds(null, NOW);
        plan.failed(null, NOW);
        assertThat(plan.step(NOW.plusSeconds(119))).isEqualTo(Step.NOTHING);
        assertThat(plan.step(NOW.plusSeconds(120))).isEqualTo(Step.ORDER);

        plan.failed(null, NOW.plusSeconds(120));
        assertThat(plan.nextOrder(NOW)).isEqualTo(NOW.plusSeconds(360));
        assertThat(plan.failures()).isEqualTo(2);
    }

    @Test
    void theRetryAfterOfTheAuthorityIsKeptToByWhomeverItIsWished() {
        plan.holds(null, NOW);
        plan.failed(at(Duration.ofHours(3)), NOW);
        plan.wish();

        assertThat(plan.step(at(Duration.ofHours(2)))).isEqualTo(Step.NOTHING);
        assertThat(plan.nextOrder(NOW)).isEqualTo(at(Duration.ofHours(3)));
        assertThat(plan.step(at(Duration.ofHours(3)))).isEqualTo(Step.ORDER);
    }

    @Test
    void aRetryAfterInAYearIsAMistake() {
        plan.holds(null, NOW);
        plan.failed(at(Duration.ofDays(365)), NOW);

        assertThat(plan.step(at(Duration.ofDays(7)))).isEqualTo(Step.ORDER);
    }

    @Test
    void aWishEndsTheBackoffOnceAndTheRenewalsTimeToo() {
        plan.holds(HELD, NOW);
        plan.failed(null, NOW);
        plan.wish();
        assertThat(plan.step(NOW)).isEqualTo(Step.ORDER);

        plan.failed(null, NOW);
        assertThat(plan.step(NOW)).isEqualTo(Step.NOTHING);
    }

    /** Whose turn it is says nothing about how often the authority may be asked. */
    @Test
    void waitingForAnotherProcessDoesNotCutTheBackoffShort() {
        plan.holds(null, NOW);
        plan.failed(null, NOW);
        plan.waits(NOW.plusSeconds(2));

        assertThat(plan.step(NOW.plusSeconds(119))).isEqualTo(Step.NOTHING);
    }

    @Test
    void anotherCertificateEndsBackoffAndWish() {
        plan.holds(null, NOW);
        plan.failed(null, NOW);
        plan.wish();
        plan.holds(HELD, NOW);
        plan.neverSuggested();

        assertThat(plan.step(NOW)).isEqualTo(Step.NOTHING);
        assertThat(plan.failures()).isZero();
    }
}
