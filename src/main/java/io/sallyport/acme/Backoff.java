package io.sallyport.acme;

import io.sallyport.retry.Doubling;
import java.time.Duration;

/** How long nothing is ordered after a failure. */
record Backoff(Doubling doubling) {
    /** With this, about five attempts fall into the first hour, which is as often as Let's Encrypt lets a name fail. */
    static final Backoff USUAL = new Backoff(new Doubling(Duration.ofMinutes(2), Duration.ofHours(6)));

    /** A certificate that ends soon is tried for more often, but not as often as that. */
    private static final Duration SHORTEST = Duration.ofSeconds(10);

    /**
     * The time until the next attempt.
     *
     * @param failures in a row, at least 1
     * @param left of the certificate that serves; zero: there is none, or it is over
     * @param random 0..1
     */
    Duration after(int failures, Duration left, double random) {
        Duration delay = doubling.after(failures);
        Duration third = left.dividedBy(3);
        if (!left.isZero() && third.compareTo(delay) < 0) {
            delay = third.compareTo(SHORTEST) < 0 ? SHORTEST : third;
        }
        return Doubling.spread(delay, random);
    }
}
