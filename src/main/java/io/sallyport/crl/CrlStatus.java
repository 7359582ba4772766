package io.sallyport.crl;

import java.math.BigInteger;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How it stands about one fetched list, as {@code /status} shows it.
 *
 * @param name in the metrics
 * @param origin {@code configuration} or {@code certificate}
 * @param issuer of the list that is stored; null, as what follows: there is none
 * @param number null, too, where the issuer does not count
 * @param confirmed when the server last sent it, or said that it is still the same
 * @param nextFetch when it is asked for again
 * @param lastResult as the metric has it; null: not asked for since the start
 * @param lastDetail what went wrong; empty: nothing
 * @param failures since the last success
 */
public record CrlStatus(
        String url,
        String name,
        String origin,
        @Nullable String issuer,
        @Nullable BigInteger number,
        @Nullable Instant thisUpdate,
        @Nullable Instant nextUpdate,
        @Nullable Instant confirmed,
        @Nullable Instant nextFetch,
        @Nullable Instant lastAttempt,
        @Nullable String lastResult,
        String lastDetail,
        int failures) {}
