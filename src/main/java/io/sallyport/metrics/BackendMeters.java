package io.sallyport.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The meters of one server of a backend. Safe for use by any thread. */
public final class BackendMeters {
    private final MeterRegistry registry;
    private final String backend;
    private final String server;
    private final AtomicInteger active = new AtomicInteger();
    private final Gauge activeGauge;
    private final Timer connectDuration;
    private final Map<ConnectFailure, Counter> failures = new EnumMap<>(ConnectFailure.class);
    private final Counter ejections;
    private @Nullable Gauge up;

    BackendMeters(MeterRegistry registry, String backend, String server, Timer connectDuration) {
        this.registry = registry;
        this.backend = backend;
        this.server = server;
        this.connectDuration = connectDuration;
        Tags tags = Tags.of("backend", backend, "server", server);
        activeGauge = Gauge.builder(MeterNames.PREFIX + "backend.connections.active", active, AtomicInteger::get)
                .description("Connections to the server that are open now.")
                .tags(tags)
                .register(registry);
        ejections = Counter.builder(MeterNames.PREFIX + "backend.ejections")
                .description("How often an address of the server was left out for a while.")
                .tags(tags)
                .register(registry);
        for (ConnectFailure reason : ConnectFailure.values()) {
            failures.put(
                    reason,
                    Counter.builder(MeterNames.PREFIX + "backend.connect.failures")
                            .description("Connections to the server that could not be made, by reason.")
                            .tags(tags.and("reason", reason.tag()))
                            .register(registry));
        }
    }

    /** Shows from now on whether the server is up, by what its checks say. */
    public synchronized void watch(BooleanSupplier isUp) {
        unwatch();
        up = Gauge.builder(MeterNames.PREFIX + "backend.up", () -> isUp.getAsBoolean() ? 1 : 0)
                .description("1 while the server's health checks are good.")
                .tags("backend", backend, "server", server)
                .register(registry);
    }

    /** The server is no longer checked. */
    public synchronized void unwatch() {
        if (up != null) {
            registry.remove(up);
            up = null;
        }
    }

    public void ejected() {
        ejections.increment();
    }

    public String backend() {
        return backend;
    }

    String server() {
        return server;
    }

    void remove() {
        unwatch();
        registry.remove(ejections);
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
        /** The address that the connection is to come from cannot be used. */
        SOURCE_UNUSABLE("source_unusable"),
        /** Every port is taken that a connection to the server could come from. */
        NO_FREE_PORT("no_free_port"),
        /** The proxy on the way to the server cannot be reached. */
        PROXY_UNREACHABLE("proxy_unreachable"),
        /** The proxy on the way does not let us, or not to the server. */
        PROXY_REFUSED("proxy_refused"),
        /** What the proxy on the way says breaks the rules of its protocol. */
        PROXY_FAILED("proxy_failed"),
        /** The proxy on the way did not answer in time. */
        PROXY_TIMEOUT("proxy_timeout"),
        /** No server is up that may have the connection, or the one that was dialled went down meanwhile. */
        OUT_OF_SERVICE("out_of_service"),
        /** The server's certificate ends in no trust anchor, or cannot be judged. */
        TLS_UNTRUSTED("tls_untrusted"),
        /** The server's certificate is not valid now. */
        TLS_EXPIRED("tls_expired"),
        /** The server's certificate is for another name. */
        TLS_WRONG_NAME("tls_wrong_name"),
        /** No allow rule speaks of the server. */
        TLS_REFUSED("tls_refused"),
        /** The TLS handshake was not done in time. */
        TLS_TIMEOUT("tls_timeout"),
        /** The TLS handshake failed in another way: an alert, no version in common, no TLS at all. */
        TLS_FAILED("tls_failed"),
        /** The server will not begin with TLS. */
        STARTTLS_REFUSED("starttls_refused"),
        /** What the server said before TLS breaks the rules of its protocol. */
        STARTTLS_FAILED("starttls_failed"),
        /** What is to be said before TLS was not said in time. */
        STARTTLS_TIMEOUT("starttls_timeout"),
        OTHER("other");

        private final String tag;

        ConnectFailure(String tag) {
            this.tag = tag;
        }

        /** The label value. */
        public String tag() {
            return tag;
        }

        /** Whether it is a fault of this machine, which says nothing about the server. */
        public boolean isOurs() {
            return this == TOO_MANY_OPEN_FILES || this == SOURCE_UNUSABLE || this == NO_FREE_PORT;
        }

        /** Whether it is a fault of what lies between, or of this machine. */
        public boolean isOnTheWay() {
            return isOurs() || this == PROXY_UNREACHABLE || this == PROXY_REFUSED || this == PROXY_FAILED;
        }

        /** Whether the TCP connection stood. */
        public boolean isTls() {
            return tag.startsWith("tls_") || tag.startsWith("starttls_");
        }
    }
}
