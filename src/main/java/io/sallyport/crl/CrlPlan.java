package io.sallyport.crl;

import io.sallyport.retry.Doubling;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a list is asked for again. Shares of chance are numbers from 0 to 1. */
final class CrlPlan {
    /** After the first failure; twice as long after each further one. */
    private static final Duration FIRST_RETRY = Duration.ofSeconds(15);

    /** So long before its next update a list is replaced, as a share of its validity; twice that at most. */
    private static final int LEAD = 20;

    /** A server that renews at the last moment is not asked all the time. */
    private static final Duration SHORTEST = Duration.ofMinutes(1);

    private static final Duration START_SPREAD = Duration.ofSeconds(5);
    private static final Duration LONGEST_WISH = Duration.ofHours(6);
    private static final double JITTER = 0.2;

    private CrlPlan() {}

    /** The time until the first request: at once where there is no list, else soon, but not all replicas at once. */
    static Duration first(boolean held, Duration refresh, double random) {
        return held ? share(shorter(refresh, START_SPREAD), random) : Duration.ZERO;
    }

    /**
     * The time until the next request after the latest list was got: within the refresh, and before the next update.
     *
     * @param nextUpdate null: the list does not say
     */
    static Duration afterSuccess(
            Duration refresh, Instant thisUpdate, @Nullable Instant nextUpdate, Instant now, double random) {
        Duration usual = share(refresh, 1 - JITTER * random);
        if (nextUpdate == null) {
            return usual;
        }
        Duration lead = share(Duration.between(thisUpdate, nextUpdate).dividedBy(LEAD), 1 + random);
        Duration due = Duration.between(now, nextUpdate.minus(lead));
        Duration shortest = shorter(refresh, SHORTEST);
        return shorter(usual, due.compareTo(shortest) < 0 ? shortest : due);
    }

    /**
     * The time until the next request after a failure: never more than the refresh, unless the server wishes it.
     *
     * @param failures in a row, at least 1
     * @param wish what the server has asked for
     */
    static Duration afterFailure(Duration refresh, int failures, Duration wish, double random) {
        Duration usual = share(new Doubling(FIRST_RETRY, refresh).after(failures), 1 - JITTER * random);
        Duration wished = shorter(wish, LONGEST_WISH);
        return wished.compareTo(usual) > 0 ? wished : usual;
    }

    private static Duration share(Duration whole, double share) {
        return Duration.ofMillis((long) (whole.toMillis() * share));
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
