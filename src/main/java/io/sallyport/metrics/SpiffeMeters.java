package io.sallyport.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What the SPIFFE Workload API has said. */
public final class SpiffeMeters {
    private final Map<UpdateResult, Counter> updates = new EnumMap<>(UpdateResult.class);

    /** How asking it came out. */
    public enum UpdateResult {
        /** It sent an identity that can be used. */
        SUCCESS,
        /** Nobody listens at the endpoint, or nothing came in time. */
        UNREACHABLE,
        /** It answers, with a gRPC status that is no success. */
        REFUSED,
        /** What it sent is no gRPC, or no identity that can be used. */
        UNUSABLE,
        /** It ended the stream, as when the agent is restarted. */
        ENDED;

        /** The label value. */
        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public SpiffeMeters(MeterRegistry registry) {
        for (UpdateResult result : UpdateResult.values()) {
            updates.put(
                    result,
                    Counter.builder(MeterNames.PREFIX + "spiffe.updates")
                            .description("Answers of the SPIFFE Workload API, and failures to get one, by result.")
                            .tag("result", result.tag())
                            .register(registry));
        }
    }

    public void updated(UpdateResult result) {
        Counter counter = updates.get(result);
        if (counter != null) {
            counter.increment();
        }
    }
}
