package io.sallyport.tls.spiffe;

import java.time.Duration;

/**
 * How long nothing is asked after a failure: twice as long after each, with a quarter of jitter to either side.
 *
 * @param first after the first
 * @param longest after many
 */
record Retry(Duration first, Duration longest) {
    /** An agent that is restarted is back within a second; of hundreds of workloads none may keep it from coming up. */
    static final Retry USUAL = new Retry(Duration.ofMillis(250), Duration.ofSeconds(30));

    private static final int DOUBLINGS = 20;
    private static final double JITTER = 0.25;

    /**
     * The time until the next attempt.
     *
     * @param failures in a row, at least 1
     * @param random 0..1
     */
    Duration after(int failures, double random) {
        Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS));
        Duration delay = doubled.compareTo(longest) > 0 ? longest : doubled;
        return Duration.ofMillis((long) (delay.toMillis() * (1 - JITTER + 2 * JITTER * random)));
    }
}
