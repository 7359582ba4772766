package io.sallyport.tls.token;

import java.time.Instant;

/**
 * How it stands about one token, as {@code /status} shows it.
 *
 * @param token its label, which is its name in the metrics
 * @param usable whether the last signature was made
 * @param lastSignature when one was last asked for
 * @param lastResult as the metric has it
 * @param lastDetail what went wrong; empty: nothing
 * @param failures since the last success
 */
public record TokenStatus(
        String token,
        String module,
        boolean usable,
        Instant lastSignature,
        String lastResult,
        String lastDetail,
        int failures) {}
