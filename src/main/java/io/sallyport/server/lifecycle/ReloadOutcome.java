package io.sallyport.server.lifecycle;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.metrics.Meters.ReloadResult;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The outcome of a reload.
 *
 * @param at when; the start counts as the first
 * @param detail the problems, one a line; empty where there were none
 */
public record ReloadOutcome(Instant at, ReloadResult result, String detail) {
    static ReloadOutcome success() {
        return new ReloadOutcome(Instant.now(), ReloadResult.SUCCESS, "");
    }

    static ReloadOutcome unchanged() {
        return new ReloadOutcome(Instant.now(), ReloadResult.UNCHANGED, "");
    }

    static ReloadOutcome failure(List<ConfigProblem> problems) {
        return new ReloadOutcome(
                Instant.now(),
                ReloadResult.FAILURE,
                problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
    }
}
