package io.sallyport.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.sallyport.diagnosis.FailureReason;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** The meters of one listener; each exists from the start with 0. Safe for use by any thread. */
public final class ListenerMeters {
    private final MeterRegistry registry;
    private final Tags tags;
    private final AtomicInteger active;
    private final AtomicInteger handshaking;
    private final AtomicInteger connectionsLimit = new AtomicInteger();
    private final Counter opened;
    private final Map<CloseReason, Counter> closed;
    private final Timer connectionDuration;
    private final Timer handshakeDuration;
    private final Map<HandshakeResult, Counter> handshakes;
    private final Map<FailureReason, Counter> failures;
    private final Map<ClientCertificateResult, Counter> clientCertificates;
    private final Map<Direction, Counter> bytes;
    private final Map<AcceptError, Counter> acceptErrors;
    private final Map<Limit, Counter> limitRejections;
    private final Map<SessionKind, Counter> sessions = new ConcurrentHashMap<>();

    ListenerMeters(
            MeterRegistry registry,
            String listener,
            AtomicInteger active,
            AtomicInteger handshaking,
            Timer connectionDuration,
            Timer handshakeDuration) {
        this.registry = registry;
        this.tags = Tags.of("listener", listener);
        this.active = active;
        this.handshaking = handshaking;
        this.connectionDuration = connectionDuration;
        this.handshakeDuration = handshakeDuration;
        this.opened = counter("connections", "Connections accepted.", tags);
        Gauge.builder(MeterNames.PREFIX + "connections.limit", connectionsLimit, AtomicInteger::get)
                .description("Connections that there may be at once; 0: no limit.")
                .tags(tags)
                .register(registry);
        this.closed = counters(
                CloseReason.class, "connections.closed", "reason", CloseReason::tag, "Connections ended, by reason.");
        this.handshakes = counters(
                HandshakeResult.class,
                "handshakes",
                "result",
                HandshakeResult::tag,
                "TLS handshakes ended, by result.");
        this.failures = counters(
                FailureReason.class,
                "handshake.failures",
                "reason",
                FailureReason::tag,
                "TLS handshakes failed, by reason.");
        this.clientCertificates = counters(
                ClientCertificateResult.class,
                "client.certificates",
                "result",
                ClientCertificateResult::tag,
                "Client certificates judged, by result.");
        this.bytes = counters(Direction.class, "bytes", "direction", Direction::tag, "Plaintext bytes relayed.");
        this.acceptErrors = counters(
                AcceptError.class,
                "accept.errors",
                "reason",
                AcceptError::tag,
                "Connections that could not be accepted.");
        this.limitRejections =
                counters(Limit.class, "limit.rejections", "limit", Limit::tag, "Connections refused by a limit.");
    }

    /** What is in service now; 0 means no limit. */
    public void connectionsLimit(int connections) {
        connectionsLimit.set(connections);
    }

    public void connectionOpened() {
        opened.increment();
        active.incrementAndGet();
        handshaking.incrementAndGet();
    }

    public void connectionClosed(CloseReason reason, long nanos) {
        active.decrementAndGet();
        count(closed, reason);
        connectionDuration.record(Duration.ofNanos(nanos));
    }

    public void handshakeSucceeded(long nanos, SessionKind session, ClientCertificateResult clientCertificate) {
        handshaking.decrementAndGet();
        count(handshakes, HandshakeResult.SUCCESS);
        handshakeDuration.record(Duration.ofNanos(nanos));
        count(clientCertificates, clientCertificate);
        sessions.computeIfAbsent(session, this::sessionCounter).increment();
    }

    /** The handshake is the backend's. */
    public void handshakePassedThrough() {
        handshaking.decrementAndGet();
    }

    public void handshakeFailed(FailureReason reason) {
        handshaking.decrementAndGet();
        refused(reason);
    }

    /** A failure of a connection that has passed its handshake: without TLS there is none. */
    public void refused(FailureReason reason) {
        count(handshakes, reason == FailureReason.BARE_PROBE ? HandshakeResult.BARE_PROBE : HandshakeResult.FAILURE);
        count(failures, reason);
    }

    public void clientCertificateRefused() {
        count(clientCertificates, ClientCertificateResult.REFUSED);
    }

    public void relayed(Direction direction, long count) {
        Counter counter = bytes.get(direction);
        if (counter != null) {
            counter.increment((double) count);
        }
    }

    public void acceptFailed(AcceptError reason) {
        count(acceptErrors, reason);
    }

    public void limitRejected(Limit limit) {
        count(limitRejections, limit);
    }

    /** Makes the session meter of each kind exist with 0, so that a rate has a start. */
    public void expectSessions(Collection<SessionKind> kinds) {
        kinds.forEach(kind -> sessions.computeIfAbsent(kind, this::sessionCounter));
    }

    /** What a successful handshake agreed on; only names from the TLS library. */
    public record SessionKind(String version, String cipher, String group, boolean resumed) {}

    /** How a handshake ended. */
    public enum HandshakeResult {
        SUCCESS("success"),
        FAILURE("failure"),
        BARE_PROBE("bare_probe");

        private final String tag;

        HandshakeResult(String tag) {
            this.tag = tag;
        }

        /** The label value. */
        public String tag() {
            return tag;
        }
    }

    /** What came of asking for a client certificate. */
    public enum ClientCertificateResult {
        /** None was asked for, or the client has none and need not. */
        NONE("none"),
        VERIFIED("verified"),
        /** Taken without a look: {@code client-auth.mode = unverified}. */
        UNVERIFIED("unverified"),
        REFUSED("refused");

        private final String tag;

        ClientCertificateResult(String tag) {
            this.tag = tag;
        }

        /** The label value. */
        public String tag() {
            return tag;
        }
    }

    /** What a connection was refused by. */
    public enum Limit {
        /** {@code limits.connections} of the listener. */
        CONNECTIONS("connections"),
        /** {@code limits.connections} of the process. */
        ALL_CONNECTIONS("all_connections"),
        CONNECTIONS_PER_SOURCE("connections_per_source"),
        HANDSHAKE_RATE_PER_SOURCE("handshake_rate_per_source"),
        /** {@code limits.handshakes-in-flight}: no room in the queue, or no turn before its deadline. */
        HANDSHAKES_IN_FLIGHT("handshakes_in_flight"),
        /** As many as memory allows, or one of heap, direct memory and the control group's is nearly used up. */
        MEMORY("memory");

        private final String tag;

        Limit(String tag) {
            this.tag = tag;
        }

        /** The label value. */
        public String tag() {
            return tag;
        }
    }

    /** Why accept failed. */
    public enum AcceptError {
        /** No file descriptor left, in the process or in the system (EMFILE, ENFILE). */
        TOO_MANY_OPEN_FILES("too_many_open_files"),
        OTHER("other");

        private final String tag;

        AcceptError(String tag) {
            this.tag = tag;
        }

        /** The label value. */
        public String tag() {
            return tag;
        }
    }

    private Counter sessionCounter(SessionKind kind) {
        return counter(
                "tls.sessions",
                "TLS sessions established, by what was agreed on.",
                tags.and(
                        "version", kind.version(),
                        "cipher", kind.cipher(),
                        "group", kind.group(),
                        "resumed", String.valueOf(kind.resumed())));
    }

    private Counter counter(String name, String help, Tags counterTags) {
        return Counter.builder(MeterNames.PREFIX + name)
                .description(help)
                .tags(counterTags)
                .register(registry);
    }

    private <E extends Enum<E>> Map<E, Counter> counters(
            Class<E> type, String name, String label, Function<E, String> tag, String help) {
        Map<E, Counter> result = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            result.put(constant, counter(name, help, tags.and(label, tag.apply(constant))));
        }
        return result;
    }

    private static <E extends Enum<E>> void count(Map<E, Counter> counters, E key) {
        Counter counter = counters.get(key);
        if (counter != null) {
            counter.increment();
        }
    }

    void remove() {
        registry.getMeters().stream()
                .map(Meter::getId)
                .filter(id -> tags.stream().allMatch(tag -> tag.getValue().equals(id.getTag(tag.getKey()))))
                .toList()
                .forEach(registry::remove);
    }
}
