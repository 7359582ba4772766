package io.sallyport.retry;

import java.time.Duration;

/**
 * How long nothing is asked after a failure: twice as long after each.
 *
 * @param first after the first
 * @param longest after many
 */
public record Doubling(Duration first, Duration longest) {
    private static final int DOUBLINGS = 20;
    private static final double JITTER = 0.25;

    /** After so many failures in a row, at least 1. */
    public Duration after(int failures) {
        Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS));
        return doubled.compareTo(longest) > 0 ? longest : doubled;
    }

    /**
     * The same, a quarter shorter or longer by chance, so that of many who failed at once not all ask again at once.
     *
     * @param random 0..1
     */
    public Duration after(int failures, double random) {
        return spread(after(failures), random);
    }

    /** A delay, a quarter shorter or longer by chance. */
    public static Duration spread(Duration delay, double random) {
        return Duration.ofMillis((long) (delay.toMillis() * (1 - JITTER + 2 * JITTER * random)));
    }
}
