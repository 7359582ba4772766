package io.sallyport.acme;

import io.sallyport.acme.Renewal.Window;
import io.sallyport.config.tls.RenewBefore;
import java.time.Duration;
import java.time.Instant;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done about one certificate, and when. Speaks to nobody and has no clock: the caller says what happened and
 * when.
 *
 * <pre>
 * none yet, or over      order now
 * one that is good       ask the authority when it would have it renewed, at its Retry-After again; renew at that time
 * after a failure        nothing before the back-off is over, and nothing before the authority's Retry-After
 * wished for by somebody order now, whatever failed before; but the authority's Retry-After holds
 * </pre>
 */
final class Plan {
    /** RFC 9773 section 4.3.2 would have it bounded. */
    private static final Duration SHORTEST_ASK = Duration.ofMinutes(1);

    private static final Duration NO_ANSWER = Duration.ofMinutes(10);
    private static final Duration USUAL_ASK = Duration.ofHours(6);
    private static final Duration LONGEST_ASK = Duration.ofDays(1);

    /** A year of waiting would be the end of a certificate: an authority that says so is mistaken. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(7);

    /** What is to be done. */
    enum Step {
        NOTHING,
        /** Ask the authority when it would have the certificate renewed. */
        ASK,
        ORDER
    }

    private final RenewBefore before;
    private final Backoff backoff;
    private final DoubleSupplier random;
    private @Nullable Held held;
    private @Nullable Window suggested;
    private Instant renewAt = Instant.MIN;
    private Instant askAt = Instant.MAX;
    private Instant quietUntil = Instant.MIN;
    private Instant wantedNotBefore = Instant.MIN;
    private boolean wished;
    private int failures;

    /** The certificate that there is. */
    record Held(Instant notBefore, Instant notAfter) {}

    /** @param random 0..1 */
    Plan(RenewBefore before, Backoff backoff, DoubleSupplier random) {
        this.before = before;
        this.backoff = backoff;
        this.random = random;
    }

    /** This is what there is from now on; null: none that can be used. */
    void holds(@Nullable Held certificate, Instant now) {
        held = certificate;
        suggested = null;
        wished = false;
        failures = 0;
        quietUntil = Instant.MIN;
        askAt = certificate == null ? Instant.MAX : now;
        reckon();
    }

    /** Somebody wishes for another now. */
    void wish() {
        wished = true;
    }

    /**
     * The authority has said when.
     *
     * @param window null: it says nothing of this certificate
     * @param again when it would be asked again; null: it does not say
     */
    void suggested(@Nullable Window window, @Nullable Instant again, Instant now) {
        Instant wanted = again == null ? now.plus(USUAL_ASK) : again;
        askAt = clamped(wanted, now.plus(SHORTEST_ASK), now.plus(LONGEST_ASK));
        // Another moment of the same window each time would draw it towards its start.
        if (window == null ? suggested != null : !window.equals(suggested)) {
            suggested = window;
            reckon();
        }
    }

    /** The authority did not answer, and what it said before holds. */
    void notAnswered(@Nullable Instant again, Instant now) {
        askAt = clamped(again == null ? now.plus(NO_ANSWER) : again, now.plus(SHORTEST_ASK), now.plus(LONGEST_ASK));
    }

    /** The authority has nothing to say of renewals. */
    void neverSuggested() {
        askAt = Instant.MAX;
    }

    /** @param notBefore the authority wants to hear nothing before then; null: it does not say */
    void failed(@Nullable Instant notBefore, Instant now) {
        failures++;
        wished = false;
        quietUntil = now.plus(backoff.after(failures, left(now), random.getAsDouble()));
        if (notBefore != null) {
            wantedNotBefore = clamped(notBefore, now, now.plus(LONGEST_WAIT));
        }
    }

    /** Somebody else speaks to the authority; the next look is soon. */
    void waits(Instant until) {
        quietUntil = latest(quietUntil, until);
    }

    Step step(Instant now) {
        if (now.isBefore(wantedNotBefore)) {
            return Step.NOTHING;
        }
        if (wished) {
            return Step.ORDER;
        }
        if (now.isBefore(quietUntil)) {
            return Step.NOTHING;
        }
        if (held == null || !now.isBefore(renewAt)) {
            return Step.ORDER;
        }
        return now.isBefore(askAt) ? Step.NOTHING : Step.ASK;
    }

    /** When the next certificate is ordered, as things stand. */
    Instant nextOrder(Instant now) {
        Instant due = held == null ? now : renewAt;
        return latest(due, latest(quietUntil, wantedNotBefore));
    }

    int failures() {
        return failures;
    }

    private void reckon() {
        renewAt = held == null
                ? Instant.MIN
                : Renewal.due(held.notBefore(), held.notAfter(), before, suggested, random.getAsDouble());
    }

    private Duration left(Instant now) {
        return held == null || !now.isBefore(held.notAfter()) ? Duration.ZERO : Duration.between(now, held.notAfter());
    }

    private static Instant clamped(Instant time, Instant earliest, Instant latest) {
        return time.isAfter(latest) ? latest : latest(time, earliest);
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
