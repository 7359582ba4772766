package io.sallyport.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BinaryOperator;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Every meter of Sallyport: names, labels, help. One per process. */
public final class Meters {
    private static final Duration[] HANDSHAKE_BUCKETS = millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000);
    private static final Duration[] CONNECT_BUCKETS = millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 3000);
    private static final Duration[] LOOP_BUCKETS = millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000);
    private static final Duration[] CONNECTION_BUCKETS =
            millis(10, 100, 1000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000);

    private final MeterRegistry registry;
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger handshaking = new AtomicInteger();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicLong lastReloadSuccess = new AtomicLong(System.currentTimeMillis() / 1000);
    private final Map<ReloadResult, Counter> reloads = new EnumMap<>(ReloadResult.class);
    private final Map<String, ListenerMeters> listeners = new ConcurrentHashMap<>();
    private final Map<String, BackendMeters> backends = new ConcurrentHashMap<>();
    private final Map<String, QueueMeters> queues = new ConcurrentHashMap<>();
    private final Timestamps certificateEnds;
    private final Timestamps listUpdates;
    private final MultiGauge unusable;
    private final Map<String, AtomicInteger> unusableByFolder = new ConcurrentHashMap<>();
    private final Timer connectionDuration;
    private final Timer handshakeDuration;
    private final Timer connectDuration;
    private final Timer queueDuration;
    private final Timer loopDelay;

    public Meters(MeterRegistry registry, BuildInfo build) {
        this.registry = registry;
        gauge("connections.active", "Connections open now, handshakes included.", active);
        gauge("handshakes.in.flight", "TLS handshakes under way now.", handshaking);
        Gauge.builder(MeterNames.PREFIX + "draining", draining, flag -> flag.get() ? 1 : 0)
                .description("1 while draining.")
                .register(registry);
        Gauge.builder(MeterNames.PREFIX + "build.info", () -> 1)
                .description("What is running.")
                .tag("version", build.version())
                .tag("java", build.java())
                .tag("tls", build.tls())
                .tag("transport", build.transport())
                .register(registry);
        TimeGauge.builder(
                        MeterNames.PREFIX + "last.reload.success.timestamp",
                        lastReloadSuccess,
                        TimeUnit.SECONDS,
                        AtomicLong::get)
                .description("When the configuration in service was loaded, Unix time.")
                .register(registry);
        for (ReloadResult result : ReloadResult.values()) {
            reloads.put(
                    result,
                    Counter.builder(MeterNames.PREFIX + "reloads")
                            .description("Reloads, by result.")
                            .tag("result", result.tag())
                            .register(registry));
        }
        certificateEnds =
                new Timestamps(registry, "certificate.not.after.timestamp", "When the certificate ends, Unix time.");
        listUpdates = new Timestamps(
                registry, "crl.next.update.timestamp", "When the revocation list is due to be replaced, Unix time.");
        unusable = MultiGauge.builder(MeterNames.PREFIX + "certificates.unusable")
                .description("Pairs in a folder of certificates that cannot be used.")
                .register(registry);
        connectionDuration = timer("connection.duration", "From accept to close.", CONNECTION_BUCKETS);
        handshakeDuration =
                timer("handshake.duration", "From accept to the end of a good handshake.", HANDSHAKE_BUCKETS);
        connectDuration = timer("backend.connect.duration", "TCP connection to a server.", CONNECT_BUCKETS);
        queueDuration =
                timer("backend.queue.duration", "How long clients waited that then went to a server.", CONNECT_BUCKETS);
        loopDelay = timer("event.loop.delay", "How late an event loop runs what is due.", LOOP_BUCKETS);
    }

    /** What is running, as labels. */
    public record BuildInfo(String version, String java, String tls, String transport) {}

    /** The meters of a listener; the same object for the same name, whatever is reloaded. */
    public ListenerMeters listener(String name) {
        return listeners.computeIfAbsent(
                name,
                any -> new ListenerMeters(registry, name, active, handshaking, connectionDuration, handshakeDuration));
    }

    /** Takes away the meters of whatever is not among these; what a connection still counts after that is lost. */
    public void retain(Set<String> listenerNames, Map<String, Set<String>> serversByBackend) {
        listeners.entrySet().removeIf(entry -> {
            boolean gone = !listenerNames.contains(entry.getKey());
            if (gone) {
                entry.getValue().remove();
            }
            return gone;
        });
        backends.values().removeIf(server -> {
            boolean gone =
                    !serversByBackend.getOrDefault(server.backend(), Set.of()).contains(server.server());
            if (gone) {
                server.remove();
            }
            return gone;
        });
        queues.entrySet().removeIf(entry -> {
            boolean gone = !serversByBackend.containsKey(entry.getKey());
            if (gone) {
                entry.getValue().remove();
            }
            return gone;
        });
    }

    /**
     * The meters of those who wait for a backend; the same object for the same name, whatever is reloaded.
     *
     * @param waiting how many do now
     */
    public QueueMeters queue(String backend, IntSupplier waiting) {
        return queues.computeIfAbsent(backend, any -> new QueueMeters(registry, backend, waiting, queueDuration));
    }

    /** The meters of a server; the same object for the same server, whatever is reloaded. */
    public BackendMeters backend(String backend, String server) {
        return backends.computeIfAbsent(
                backend + '\0' + server, any -> new BackendMeters(registry, backend, server, connectDuration));
    }

    /** Publishes how many contexts of the TLS library are in memory. */
    public void tlsContexts(Supplier<Number> count) {
        Gauge.builder(MeterNames.PREFIX + "tls.contexts", count)
                .description("Contexts of the TLS library in memory.")
                .register(registry);
    }

    /** Publishes how many lines of the access log were lost, which {@code log} counts. */
    public <T> void accessLog(T log, ToDoubleFunction<T> dropped) {
        FunctionCounter.builder(MeterNames.PREFIX + "access.log.lines.dropped", log, dropped)
                .description("Lines of the access log that were not written: the output stood still or failed.")
                .register(registry);
    }

    /** Publishes the end dates of these certificates, the earliest of each file, and of no others any more. */
    public void certificates(List<CertificateExpiry> certificates) {
        Map<Tags, Instant> earliest = new HashMap<>();
        certificates.forEach(certificate -> earliest.merge(
                Tags.of("name", certificate.name(), "kind", certificate.kind()),
                certificate.notAfter(),
                BinaryOperator.minBy(Comparator.naturalOrder())));
        certificateEnds.show(earliest);
    }

    /** Publishes how many pairs in each of these folders cannot be used, and of no other folder any more. */
    public void unusableCertificates(Map<String, Integer> counts) {
        unusableByFolder.keySet().retainAll(counts.keySet());
        counts.forEach((folder, count) -> unusableByFolder
                .computeIfAbsent(folder, any -> new AtomicInteger())
                .set(count));
        // What is shown already stays and changes its value.
        unusable.register(
                unusableByFolder.entrySet().stream()
                        .map(each ->
                                MultiGauge.Row.of(Tags.of("name", each.getKey()), each.getValue(), AtomicInteger::get))
                        .collect(Collectors.toList()),
                false);
    }

    /** Publishes when these revocation lists are due to be replaced, and no others any more. */
    public void revocationLists(Map<String, Instant> nextUpdates) {
        Map<Tags, Instant> times = new HashMap<>();
        nextUpdates.forEach((name, time) -> times.put(Tags.of("name", name), time));
        listUpdates.show(times);
    }

    /**
     * The end date of one certificate.
     *
     * @param name the file that it came from
     * @param kind server or trust_anchor
     */
    public record CertificateExpiry(String name, String kind, Instant notAfter) {
        /** By name, kind and date. */
        public static final Comparator<CertificateExpiry> ORDER = Comparator.comparing(CertificateExpiry::name)
                .thenComparing(CertificateExpiry::kind)
                .thenComparing(CertificateExpiry::notAfter);
    }

    /** What came of a reload that was asked for. */
    public enum ReloadResult {
        SUCCESS,
        /** Nothing had changed. */
        UNCHANGED,
        /** Something is wrong, and the old stays in service. */
        FAILURE;

        /** The label value. */
        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public void reloaded(ReloadResult result) {
        Counter counter = reloads.get(result);
        if (counter != null) {
            counter.increment();
        }
        if (result == ReloadResult.SUCCESS) {
            lastReloadSuccess.set(System.currentTimeMillis() / 1000);
        }
    }

    /** An event loop ran something so much later than it was due. */
    public void loopDelayed(long nanos) {
        loopDelay.record(Duration.ofNanos(nanos));
    }

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
        Gauge.builder(MeterNames.PREFIX + name, value, AtomicInteger::get)
                .description(help)
                .register(registry);
    }

    private Timer timer(String name, String help, Duration... buckets) {
        return Timer.builder(MeterNames.PREFIX + name)
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
