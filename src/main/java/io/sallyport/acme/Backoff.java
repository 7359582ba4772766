package io.sallyport.acme;

import java.time.Duration;

/**
 * How long nothing is asked after a failure: twice as long after each, with a quarter of jitter to either side.
 *
 * @param first after the first
 * @param longest after many
 */
record Backoff(Duration first, Duration longest) {
    /** With this, about five attempts fall into the first hour, which is as often as Let's Encrypt lets a name fail. */
    static final Backoff USUAL = new Backoff(Duration.ofMinutes(2), Duration.ofHours(6));

    /** A certificate that ends soon is tried for more often, but not as often as that. */
    private static final Duration SHORTEST = Duration.ofSeconds(10);

    private static final int DOUBLINGS = 20;
    private static final double JITTER = 0.25;

    /**
     * The time until the next attempt.
     *
     * @param failures in a row, at least 1
     * @param left of the certificate that serves; zero: there is none, or it is over
     * @param random 0..1
     */
    Duration after(int failures, Duration left, double random) {
        Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS));
        Duration delay = doubled.compareTo(longest) > 0 ? longest : doubled;
        Duration third = left.dividedBy(3);
        if (!left.isZero() && third.compareTo(delay) < 0) {
            delay = third.compareTo(SHORTEST) < 0 ? SHORTEST : third;
        }
        return Duration.ofMillis((long) (delay.toMillis() * (1 - JITTER + 2 * JITTER * random)));
    }
}
