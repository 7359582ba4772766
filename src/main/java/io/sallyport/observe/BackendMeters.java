package io.sallyport.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The meters of one server of a backend. Safe for use by any thread. */
public final class BackendMeters {
    private final MeterRegistry registry;
    private final String backend;
    private final String server;
    private final AtomicInteger active = new AtomicInteger();
    private final Gauge activeGauge;
    private final Timer connectDuration;
    private final Map<ConnectFailure, Counter> failures = new EnumMap<>(ConnectFailure.class);

    BackendMeters(MeterRegistry registry, String backend, String server, Timer connectDuration) {
        this.registry = registry;
        this.backend = backend;
        this.server = server;
        this.connectDuration = connectDuration;
        Tags tags = Tags.of("backend", backend, "server", server);
        activeGauge = Gauge.builder(Meters.PREFIX + "backend.connections.active", active, AtomicInteger::get)
                .description("Connections to the server that are open now.")
                .tags(tags)
                .register(registry);
        for (ConnectFailure reason : ConnectFailure.values()) {
            failures.put(
                    reason,
                    Counter.builder(Meters.PREFIX + "backend.connect.failures")
                            .description("Connections to the server that could not be made, by reason.")
                            .tags(tags.and("reason", reason.tag()))
                            .register(registry));
        }
    }

    String backend() {
        return backend;
    }

    String server() {
        return server;
    }

    void remove() {
        registry.remove(activeGauge);
        failures.values().forEach(registry::remove);
    }

    public void connected(long nanos) {
        active.incrementAndGet();
        connectDuration.record(Duration.ofNanos(nanos));
    }

    public void disconnected() {
        active.decrementAndGet();
    }

    public void connectFailed(ConnectFailure reason) {
        Counter counter = failures.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    /** Why a server could not be reached. */
    public enum ConnectFailure {
        REFUSED("refused"),
        TIMEOUT("timeout"),
        UNRESOLVED("unresolved"),
        UNREACHABLE("unreachable"),
        TOO_MANY_OPEN_FILES("too_many_open_files"),
        OTHER("other");

        private final String tag;

        ConnectFailure(String tag) {
            this.tag = tag;
        }

        /** The label value. */
        public String tag() {
            return tag;
        }
    }
}
