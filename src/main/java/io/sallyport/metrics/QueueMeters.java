package io.sallyport.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntSupplier;

/** The meters of those who wait for room at the servers of one backend. Safe for use by any thread. */
public final class QueueMeters {
    private final MeterRegistry registry;
    private final String backend;
    private final Gauge waiting;
    private final Timer duration;
    private final ResultCounters<Result> results;

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
        this.backend = backend;
        this.duration = duration;
        this.waiting = Gauge.builder(MeterNames.PREFIX + "backend.queue.waiting", waiting::getAsInt)
                .description("Clients that wait now for room at a server.")
                .tag("backend", backend)
                .register(registry);
        this.results = new ResultCounters<>(
                registry,
                "backend.queue",
                "Clients that found every server full, by what came of it.",
                "backend",
                Result.values(),
                Result::tag);
        results.follow(Set.of(backend));
    }

    void remove() {
        registry.remove(waiting);
        results.follow(Set.of());
    }

    /** Somebody has waited so long and goes to a server now. */
    public void granted(long nanos) {
        duration.record(Duration.ofNanos(nanos));
        ended(Result.GRANTED);
    }

    /** Counts one that is not {@link #granted}. */
    public void ended(Result result) {
        results.count(backend, result);
    }
}
