package io.sallyport.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Every meter of Sallyport: names, labels, help. One per process, handed to whoever counts. */
public final class Meters {
    static final String PREFIX = "sallyport.";

    private static final Duration[] HANDSHAKE_BUCKETS = millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000);
    private static final Duration[] CONNECT_BUCKETS = millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 3000);
    private static final Duration[] CONNECTION_BUCKETS =
            millis(10, 100, 1000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000);

    private final MeterRegistry registry;
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger handshaking = new AtomicInteger();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final Timer connectionDuration;
    private final Timer handshakeDuration;
    private final Timer connectDuration;

    public Meters(MeterRegistry registry, BuildInfo build) {
        this.registry = registry;
        gauge("connections.active", "Connections open now, handshakes included.", active);
        gauge("handshakes.in.flight", "TLS handshakes under way now.", handshaking);
        Gauge.builder(PREFIX + "draining", draining, flag -> flag.get() ? 1 : 0)
                .description("1 while draining.")
                .register(registry);
        Gauge.builder(PREFIX + "build.info", () -> 1)
                .description("What is running.")
                .tag("version", build.version())
                .tag("java", build.java())
                .tag("tls", build.tls())
                .tag("transport", build.transport())
                .register(registry);
        connectionDuration = timer("connection.duration", "From accept to close.", CONNECTION_BUCKETS);
        handshakeDuration =
                timer("handshake.duration", "From accept to the end of a good handshake.", HANDSHAKE_BUCKETS);
        connectDuration = timer("backend.connect.duration", "TCP connection to a server.", CONNECT_BUCKETS);
    }

    /** What is running, as labels. */
    public record BuildInfo(String version, String java, String tls, String transport) {}

    public ListenerMeters listener(String name) {
        return new ListenerMeters(registry, name, active, handshaking, connectionDuration, handshakeDuration);
    }

    public BackendMeters backend(String backend, String server) {
        return new BackendMeters(registry, backend, server, connectDuration);
    }

    /** Publishes the end dates of certificates until the result is closed. */
    public AutoCloseable certificates(List<CertificateExpiry> certificates) {
        List<Meter> gauges = new ArrayList<>();
        for (CertificateExpiry certificate : certificates) {
            gauges.add(TimeGauge.builder(
                            PREFIX + "certificate.not.after.timestamp",
                            certificate,
                            TimeUnit.SECONDS,
                            each -> each.notAfter().getEpochSecond())
                    .description("When the certificate ends, Unix time.")
                    .tag("name", certificate.name())
                    .tag("kind", certificate.kind())
                    .strongReference(true)
                    .register(registry));
        }
        return () -> gauges.forEach(registry::remove);
    }

    /**
     * The end date of one certificate.
     *
     * @param name the file that it came from
     * @param kind server or trust_anchor
     */
    public record CertificateExpiry(String name, String kind, Instant notAfter) {}

    public void draining(boolean now) {
        draining.set(now);
    }

    /** Connections open now, over all listeners. */
    public int connectionsActive() {
        return active.get();
    }

    public int handshakesInFlight() {
        return handshaking.get();
    }

    private void gauge(String name, String help, AtomicInteger value) {
        Gauge.builder(PREFIX + name, value, AtomicInteger::get)
                .description(help)
                .register(registry);
    }

    private Timer timer(String name, String help, Duration... buckets) {
        return Timer.builder(PREFIX + name)
                .description(help)
                .serviceLevelObjectives(buckets)
                .register(registry);
    }

    private static Duration[] millis(long... values) {
        Duration[] result = new Duration[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = Duration.ofMillis(values[i]);
        }
        return result;
    }
}
