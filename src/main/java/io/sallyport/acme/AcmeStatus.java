package io.sallyport.acme;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How it stands about one certificate, as {@code /status} shows it.
 *
 * @param authority the key under {@code acme}
 * @param notAfter when the certificate ends; null: there is none
 * @param nextOrder when another is ordered
 * @param lastResult as the metric has it; null: nothing was ordered since the start
 * @param lastDetail what went wrong; empty: nothing
 * @param failures since the last success
 */
public record AcmeStatus(
        String authority,
        List<String> names,
        @Nullable Instant notAfter,
        Instant nextOrder,
        @Nullable Instant lastAttempt,
        @Nullable String lastResult,
        String lastDetail,
        int failures) {
    public AcmeStatus {
        names = List.copyOf(names);
    }
}
