package io.sallyport.tls.spiffe;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How it stands about the identity of this workload, as {@code /status} shows it.
 *
 * @param connected whether the Workload API has sent the identity on a stream that is open
 * @param id null: there is none yet
 * @param notAfter when its certificate ends
 * @param trustDomains whose authorities are known
 * @param lastUpdate when something came of asking last; null: nothing yet
 * @param lastResult as the metric has it
 * @param lastDetail what went wrong; empty: nothing
 * @param failures since the last success
 */
public record WorkloadStatus(
        String endpoint,
        boolean connected,
        @Nullable String id,
        @Nullable Instant notAfter,
        List<String> trustDomains,
        @Nullable Instant lastUpdate,
        @Nullable String lastResult,
        String lastDetail,
        int failures) {
    public WorkloadStatus {
        trustDomains = List.copyOf(trustDomains);
    }

    static WorkloadStatus none(String endpoint) {
        return new WorkloadStatus(endpoint, false, null, null, List.of(), null, null, "", 0);
    }

    WorkloadStatus updated(WorkloadIdentity identity, String result, Instant now) {
        return new WorkloadStatus(
                endpoint,
                true,
                identity.id().toString(),
                identity.notAfter(),
                List.copyOf(identity.domains().keySet()),
                now,
                result,
                "",
                0);
    }

    WorkloadStatus failed(String result, String detail, Instant now) {
        return new WorkloadStatus(endpoint, false, id, notAfter, trustDomains, now, result, detail, failures + 1);
    }
}
