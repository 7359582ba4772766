package io.sallyport.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sallyport.accesslog.ConnectionCensus;
import io.sallyport.accesslog.HandshakeLog;
import io.sallyport.accesslog.TraceWish;
import io.sallyport.acme.AcmeClient;
import io.sallyport.admin.AdminSource;
import io.sallyport.admin.AdminToken;
import io.sallyport.admin.ConnectionFilter;
import io.sallyport.admin.ServerChange;
import io.sallyport.backend.Backend;
import io.sallyport.config.LogConfig;
import io.sallyport.connection.ConnectionLoops;
import io.sallyport.crl.CrlFetcher;
import io.sallyport.eventloop.Transport;
import io.sallyport.log.LogLevel;
import io.sallyport.metrics.Meters;
import io.sallyport.metrics.Meters.BuildInfo;
import io.sallyport.server.generation.Serving;
import io.sallyport.server.lifecycle.Lifecycle;
import io.sallyport.tls.spiffe.WorkloadApi;
import io.sallyport.tls.token.Tokens;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the admin listener shows of a server. */
final class AdminView implements AdminSource {
    private final Lifecycle lifecycle;
    private final PrometheusMeterRegistry registry;
    private final Meters meters;
    private final HandshakeLog handshakes;
    private final LogLevel logLevel;
    private final Transport transport;
    private final ConnectionLoops loops;
    private final AcmeClient acme;
    private final CrlFetcher crls;
    private volatile boolean hadAllLists;
    private final WorkloadApi workload;
    private final Tokens tokens;
    private final LiveMeters live;
    private final Instant started = Instant.now();

    AdminView(
            Lifecycle lifecycle,
            PrometheusMeterRegistry registry,
            Meters meters,
            HandshakeLog handshakes,
            LogLevel logLevel,
            Transport transport,
            ConnectionLoops loops,
            AcmeClient acme,
            CrlFetcher crls,
            WorkloadApi workload,
            Tokens tokens) {
        this.lifecycle = lifecycle;
        this.logLevel = logLevel;
        this.transport = transport;
        this.loops = loops;
        this.acme = acme;
        this.crls = crls;
        this.workload = workload;
        this.tokens = tokens;
        this.registry = registry;
        this.meters = meters;
        this.handshakes = handshakes;
        this.live = new LiveMeters(meters, registry);
    }

    @Override
    public State state() {
        return switch (lifecycle.state()) {
            case STARTING -> State.STARTING;
            case READY -> isComplete(lifecycle.published().get()) ? State.READY : State.STARTING;
            case DRAINING, STOPPED -> State.DRAINING;
        };
    }

    /** A list that a reload adds is awaited beside what serves: it takes no replica out, let alone all at once. */
    private boolean isComplete(Serving serving) {
        hadAllLists |= !serving.awaitsRevocationLists();
        return hadAllLists && !serving.awaitsCertificates();
    }

    private String stateText() {
        return state().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public @Nullable AdminToken token() {
        Serving serving = lifecycle.published().orNull();
        return serving == null ? null : serving.adminToken();
    }

    @Override
    public String scrape(String contentType) {
        return registry.scrape(contentType);
    }

    @Override
    public Record status() {
        // Once: two looks could show the listeners of one generation and the backends of the next.
        Serving serving = lifecycle.published().get();
        BuildInfo build = BuildFacts.with(transport);
        return new ServerStatus(
                stateText(),
                build.version(),
                build.java(),
                build.tls(),
                build.transport(),
                started,
                meters.connectionsActive(),
                meters.handshakesInFlight(),
                ServerStatus.Memory.of(serving),
                ServerStatus.Reload.of(lifecycle.lastReload()),
                ServerStatus.Level.of(logLevel.state()),
                ServerStatus.Listener.all(serving),
                ServerStatus.Server.all(serving),
                ServerStatus.Queue.all(serving),
                serving.expiries().certificates().stream()
                        .map(ServerStatus.Certificate::of)
                        .toList(),
                acme.status(),
                crls.status(),
                workload.status(),
                tokens.status(),
                ServerStatus.Unusable.all(serving));
    }

    @Override
    public Record sample() {
        return live.sample(stateText());
    }

    @Override
    public void writeHandshakes(JsonGenerator json, ConnectionFilter filter) throws IOException {
        handshakes.write(json, filter::takes, filter.limit());
    }

    @Override
    public CompletableFuture<ConnectionCensus> connections(ConnectionFilter filter) {
        return loops.tally(filter::takes, filter.limit());
    }

    @Override
    public boolean trace(TraceWish wish) {
        return handshakes.trace(wish);
    }

    @Override
    public void logLevel(LogConfig.Level level, Duration time) {
        logLevel.change(level, time);
    }

    @Override
    public @Nullable String change(ServerChange change) {
        Map<String, Backend> backends = lifecycle.published().get().backends();
        @Nullable Backend backend = backends.get(change.backend());
        if (backend == null) {
            return "backend \"" + change.backend() + "\": none of that name (expected: one of " + backends.keySet()
                    + ")";
        }
        List<String> servers = backend.members().stream()
                .map(member -> member.server().toString())
                .toList();
        if (!servers.contains(change.server())) {
            return "server \"" + change.server() + "\": not in backend " + change.backend() + " (expected: one of "
                    + servers + ")";
        }
        backend.set(change.server(), change.state());
        return null;
    }

    @Override
    public Runnable reload() {
        return () -> lifecycle.reload("POST /reload");
    }

    @Override
    public void drain() {
        lifecycle.drain();
    }
}
