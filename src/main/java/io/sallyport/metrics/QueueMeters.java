package io.sallyport.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntSupplier;

/** The meters of those who wait for room at the servers of one backend. Safe for use by any thread. */
public final class QueueMeters {
    private final MeterRegistry registry;
    private final Gauge waiting;
    private final Timer duration;
    private final Map<Result, Counter> results = new EnumMap<>(Result.class);

    /** What came of it for a client that had to wait. */
    public enum Result {
        /** There was room in time. */
        GRANTED,
        /** As many as may wait did so already. */
        FULL,
        /** There was no room in time. */
        TIMEOUT,
        /** The client, or its connection, was gone before. */
        LEFT,
        /** No server was left that could be waited for. */
        NO_SERVER;

        private final String tag = name().toLowerCase(Locale.ROOT);

        /** The label value. */
        public String tag() {
            return tag;
        }
    }

    QueueMeters(MeterRegistry registry, String backend, IntSupplier waiting, Timer duration) {
        this.registry = registry;
        this.duration = duration;
        this.waiting = Gauge.builder(MeterNames.PREFIX + "backend.queue.waiting", waiting::getAsInt)
                .description("Clients that wait now for room at a server.")
                .tag("backend", backend)
                .register(registry);
        for (Result result : Result.values()) {
            results.put(
                    result,
                    Counter.builder(MeterNames.PREFIX + "backend.queue")
                            .description("Clients that found every server full, by what came of it.")
                            .tag("backend", backend)
                            .tag("result", result.tag())
                            .register(registry));
        }
    }

    void remove() {
        registry.remove(waiting);
        results.values().forEach(registry::remove);
    }

    /** Somebody has waited so long and goes to a server now. */
    public void granted(long nanos) {
        duration.record(Duration.ofNanos(nanos));
        ended(Result.GRANTED);
    }

    /** Counts one that is not {@link #granted}. */
    public void ended(Result result) {
        Counter counter = results.get(result);
        if (counter != null) {
            counter.increment();
        }
    }
}
