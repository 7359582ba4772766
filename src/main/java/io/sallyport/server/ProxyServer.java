package io.sallyport.server;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.ssl.OpenSsl;
import io.sallyport.backend.Backend;
import io.sallyport.backend.BackendRuntime;
import io.sallyport.config.ConfigException;
import io.sallyport.config.ConfigProblem;
import io.sallyport.config.ConfigSource;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.TransportChoice;
import io.sallyport.connection.ConnectionLoops;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.limits.PlaceLimiter;
import io.sallyport.memory.ControlGroup;
import io.sallyport.memory.MemoryGuard;
import io.sallyport.observe.AccessLog;
import io.sallyport.observe.CloseReason;
import io.sallyport.observe.HandshakeLog;
import io.sallyport.observe.LogLevel;
import io.sallyport.observe.Meters;
import io.sallyport.observe.Meters.ReloadResult;
import io.sallyport.tls.KeyLog;
import io.sallyport.tls.LiveContexts;
import io.sallyport.tls.RsaAccelerator;
import io.sallyport.tls.TlsPolicy;
import io.sallyport.transport.NativeLibraries;
import io.sallyport.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running Sallyport. */
public final class ProxyServer {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.server");

    /** A client that does not take its close is given a second. */
    private static final int CUT_SECONDS = 2;

    private final PrometheusMeterRegistry registry;
    private final Lasting lasting;
    private final Meters meters;
    private final AccessLog accessLog;
    private final HandshakeLog handshakes;
    private final LogLevel logLevel;
    private final Transport transport;
    private final MemoryGuard memory;
    private final ConnectionLoops loops;
    private final PlaceLimiter connections;
    private final Map<String, RunningListener> listeners = new ConcurrentSkipListMap<>();
    private final AdminListeners admin;
    private final Reloader reloader;
    private final TicketRotation rotation;
    private final Drain drain;
    private final Supervisor supervisor;
    private volatile ProxyConfig config;
    private volatile Generation generation;
    private volatile LifeState state = LifeState.STARTING;

    private ProxyServer(ConfigSource source, Content content, Loaded loaded, Supervisor supervisor)
            throws StartException {
        this.config = content.config();
        this.supervisor = supervisor;
        this.registry = loaded.registry();
        this.lasting = loaded.lasting();
        this.meters = lasting.meters();
        this.accessLog = loaded.accessLog();
        this.handshakes = loaded.handshakes();
        this.generation = loaded.generation();
        this.logLevel = new LogLevel(config.log().level());
        this.transport = loaded.transport();
        MemoryBound bound = MemoryBound.of(config);
        this.memory = new MemoryGuard(ControlGroup.own(), bound.places(), bound.each());
        this.loops = new ConnectionLoops(
                config.eventLoops() == 0 ? Runtime.getRuntime().availableProcessors() : config.eventLoops(),
                loaded.transport(),
                memory);
        this.connections = new PlaceLimiter(Math.max(0, config.limits().connections()));
        this.drain = new Drain(this::closeListeners, loops, () -> this.config.drain());
        this.reloader = new Reloader(source, content, this::swap, meters);
        this.rotation = new TicketRotation(() -> generation);
        List<ConfigProblem> problems = new ArrayList<>();
        this.admin = AdminListeners.bind(config, new AdminView(this, registry, meters, handshakes), problems);
        listeners.putAll(bind(config, generation, problems));
        if (!problems.isEmpty()) {
            closeAll();
            throw new StartException(problems);
        }
        loops.lost().thenRun(this::abandon);
        lasting.backends().lost().thenRun(this::abandon);
        admin.onLost(this::abandon);
    }

    private record Loaded(
            Transport transport,
            PrometheusMeterRegistry registry,
            AccessLog accessLog,
            HandshakeLog handshakes,
            Lasting lasting,
            Generation generation) {}

    /**
     * Loads all material, binds every socket, and serves. A reload reads the source again.
     *
     * @throws ConfigException with every problem of the configuration
     * @throws StartException with every other problem; nothing is left bound or running then
     */
    public static ProxyServer start(ConfigSource source) throws ConfigException, StartException {
        return start(source, source.load());
    }

    /** The same with what was loaded from the source just now. */
    public static ProxyServer start(ConfigSource source, ProxyConfig config) throws ConfigException, StartException {
        return start(source, config, Supervisor.none());
    }

    /** The same for a process that somebody supervises. */
    public static ProxyServer start(ConfigSource source, ProxyConfig config, Supervisor supervisor)
            throws ConfigException, StartException {
        Transport transport = requireNatives(config);
        // Before the load: a file that changes in the middle is seen as changed by the first look.
        Content content = Content.of(config);
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        RuntimeMeters.bindTo(registry);
        Meters meters = new Meters(registry, BuildFacts.with(transport));
        KeyLog keyLog = openKeyLog();
        AccessLog accessLog = AccessLog.open(config.accessLog());
        meters.accessLog(accessLog);
        HandshakeLog handshakes = new HandshakeLog(accessLog);
        LiveContexts live = new LiveContexts();
        meters.tlsContexts(live::count);
        BackendRuntime backends = new BackendRuntime();
        Lasting lasting =
                new Lasting(meters, handshakes, new TicketKeyStore(), keyLog, live, new RsaAccelerator(), backends);
        try {
            GenerationLoader loader = new GenerationLoader(config, lasting);
            Generation generation = loader.load();
            loader.warnings().forEach(LOG::warn);
            MemoryBound.of(config).warnings().forEach(LOG::warn);
            ProxyServer server = new ProxyServer(
                    source,
                    content,
                    new Loaded(transport, registry, accessLog, handshakes, lasting, generation),
                    supervisor);
            server.serve();
            return server;
        } catch (StartException e) {
            lasting.backends().close();
            accessLog.close();
            throw e;
        }
    }

    /** The same with a configuration that never changes. */
    public static ProxyServer start(ProxyConfig config) throws ConfigException, StartException {
        return start(ConfigSource.of(config), config);
    }

    /**
     * Loads all material as a start would, looks at the sockets that were handed over, and lets go of all of it.
     *
     * @return warnings, one a line
     * @throws StartException with every problem
     */
    public static List<String> check(ProxyConfig config, HandedOverSockets handedOver) throws StartException {
        Transport transport = requireNatives(config);
        Meters meters = new Meters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), BuildFacts.with(transport));
        try (BackendRuntime backends = new BackendRuntime()) {
            GenerationLoader loader =
                    new GenerationLoader(config, Lasting.of(meters, new HandshakeLog(AccessLog.none()), backends));
            loader.load().release();
            List<ConfigProblem> problems = new ArrayList<>(loader.unresolved());
            List<String> warnings = new ArrayList<>(loader.warnings());
            RunningListener.check(config, handedOver, problems, warnings);
            if (!problems.isEmpty()) {
                throw new StartException(problems);
            }
            warnings.addAll(MemoryBound.of(config).warnings());
            return warnings;
        }
    }

    /** What a configuration means in terms of TLS, one line for each listener, and of memory. */
    public static List<String> describe(ProxyConfig config) {
        Stream<String> listeners = config.listeners().values().stream()
                .map(listener ->
                        "listeners." + listener.name() + ": " + (listener.plain() ? "plain TCP" : tls(listener)));
        return Stream.concat(listeners, Stream.of(MemoryBound.of(config).words()))
                .toList();
    }

    private static String tls(ListenerConfig listener) {
        return TlsPolicy.of(listener.tls().policy())
                .describe(listener.tls().policy().profile());
    }

    /** The bound address of each listener, by name. */
    public Map<String, SocketAddress> addresses() {
        Map<String, SocketAddress> result = new TreeMap<>();
        listeners.forEach((name, listener) -> result.put(name, listener.address()));
        return result;
    }

    /** The bound address of the admin listener; null where there is none. */
    public @Nullable InetSocketAddress adminAddress() {
        return admin.adminAddress();
    }

    /** The bound address of the metrics listener; null where there is none. */
    public @Nullable InetSocketAddress metricsAddress() {
        return admin.metricsAddress();
    }

    /**
     * Opens the file of the access log again, whatever comes of the rest; reads the configuration and all files again, and
     * swaps them in or leaves everything as it is.
     *
     * @param asker for the log
     * @return completes when it is decided: whether nothing is wrong
     */
    public CompletableFuture<Boolean> reload(String asker) {
        accessLog.reopen();
        if (state != LifeState.READY) {
            LOG.info("reload ignored: stopping");
            return CompletableFuture.completedFuture(false);
        }
        supervisor.onReloading();
        return reloader.reload(asker)
                .whenComplete((outcome, failure) -> supervisor.onReady())
                .thenApply(outcome -> outcome.result() != ReloadResult.FAILURE);
    }

    /**
     * Drains as the configuration says; asking again changes nothing.
     *
     * @return completes after everything is stopped: true when the last connection ended before the deadline
     */
    public CompletableFuture<Boolean> drain() {
        return drain.begin(
                () -> {
                    state = LifeState.DRAINING;
                    meters.draining(true);
                    supervisor.onStopping();
                    LOG.info("draining");
                },
                this::closeAll);
    }

    /** Closes everything at once; the future of {@link #drain} completes with false where connections were cut. */
    public void stopNow() {
        drain.cutShort();
        drain().join();
    }

    /** Completes as {@link #drain} does, whoever asked for it; asks for nothing. */
    public CompletableFuture<Boolean> stopped() {
        return drain.done();
    }

    /** Completes once every event loop has taken a turn from now on. */
    public CompletableFuture<Void> turn() {
        return loops.turn();
    }

    /** Connections open now. */
    public int connectionsActive() {
        return meters.connectionsActive();
    }

    private static Transport requireNatives(ProxyConfig config) throws StartException {
        Transport transport = Transport.of(config.transport());
        List<ConfigProblem> problems = TransportLimits.problems(config, transport);
        if (!problems.isEmpty()) {
            throw new StartException(problems);
        }
        if (!OpenSsl.isAvailable()) {
            throw new StartException(new ConfigProblem(
                    "",
                    "TLS library",
                    "BoringSSL cannot be loaded: " + NativeLibraries.problem(OpenSsl.unavailabilityCause())));
        }
        if (!String.valueOf(OpenSsl.versionString()).contains("BoringSSL")) {
            throw new StartException(
                    new ConfigProblem("", "TLS library", OpenSsl.versionString() + " was found (expected: BoringSSL)"));
        }
        return transport;
    }

    private static @Nullable KeyLog openKeyLog() throws StartException {
        String file = System.getenv("SSLKEYLOGFILE");
        if (file == null || file.isEmpty()) {
            return null;
        }
        try {
            return KeyLog.open(Path.of(file));
        } catch (IOException e) {
            throw new StartException(
                    new ConfigProblem("", "SSLKEYLOGFILE", "\"" + file + "\" cannot be written: " + e));
        }
    }

    private void serve() {
        LOG.atInfo()
                .addKeyValue("transport", transport.toString())
                .addKeyValue("count", loops.size())
                .log("event loops");
        if (config.transport() == TransportChoice.AUTO && transport != Transport.EPOLL) {
            LOG.warn("epoll is not available: {}", Transport.EPOLL.unavailability());
        }
        generation.backends().values().forEach(Backend::start);
        listeners.values().forEach(RunningListener::accept);
        publish(generation);
        state = LifeState.READY;
        admin.serve();
        rotation.start();
        reloader.start();
        loops.watchDelay(meters::loopDelayed);
        supervisor.onReady();
    }

    /** Puts a new configuration into service, on the reloader's thread. */
    private void swap(ProxyConfig next) throws StartException {
        List<ConfigProblem> problems = new ArrayList<>(Unchangeable.problems(config, next));
        problems.addAll(TransportLimits.problems(next, transport));
        if (state != LifeState.READY) {
            problems.add(new ConfigProblem("", "reload", "stopping"));
        }
        if (!problems.isEmpty()) {
            throw new StartException(problems);
        }
        GenerationLoader loader = new GenerationLoader(next, lasting);
        Generation staged = loader.load();
        if (state != LifeState.READY) {
            // A drain that began during the load has closed the listeners, and none may be opened after that.
            staged.release();
            throw new StartException(new ConfigProblem("", "reload", "stopping"));
        }
        Map<String, RunningListener> opened = bind(next, staged, problems);
        if (!problems.isEmpty()) {
            opened.values().forEach(RunningListener::close);
            staged.release();
            throw new StartException(problems);
        }
        loader.warnings().forEach(LOG::warn);
        commit(next, staged, opened);
    }

    private void commit(ProxyConfig next, Generation staged, Map<String, RunningListener> opened) {
        Generation retired = generation;
        generation = staged;
        config = next;
        connections.limit(Math.max(0, next.limits().connections()));
        MemoryBound bound = MemoryBound.of(next);
        memory.limit(bound.places(), bound.each());
        logLevel.configure(next.log().level());
        listeners.forEach((name, listener) -> {
            ListenerSettings settings = staged.listeners().get(name);
            if (settings == null || opened.containsKey(name)) {
                listener.close();
                listeners.remove(name);
            } else {
                listener.use(settings);
            }
        });
        listeners.putAll(opened);
        opened.values().forEach(RunningListener::accept);
        publish(staged);
        retired.backends().values().forEach(Backend::stop);
        staged.backends().values().forEach(Backend::start);
        lasting.backends().retain(staged.servers());
        meters.retain(staged.listeners().keySet(), staged.servers());
        // A loop may be between its look at the old settings and the handler that it makes from them.
        loops.turn().join();
        lasting.backends().awaitTurn();
        retired.release();
        loops.judgeClientsAgain();
        loops.retire(
                settings -> !settings.equals(staged.listeners().get(settings.name())),
                next.reload().maxAge());
    }

    private void publish(Generation serving) {
        meters.certificates(serving.certificates());
        meters.revocationLists(serving.revocationLists());
        serving.listeners()
                .values()
                .forEach(settings ->
                        settings.meters().connectionsLimit(settings.limits().connections()));
    }

    /** Binds every listener that is not bound yet to where it should be. */
    private Map<String, RunningListener> bind(ProxyConfig wanted, Generation staged, List<ConfigProblem> problems) {
        Map<String, RunningListener> opened = new TreeMap<>();
        for (ListenerConfig listener : wanted.listeners().values()) {
            RunningListener running = listeners.get(listener.name());
            if (running != null && running.isBoundTo(listener.bind())) {
                continue;
            }
            try {
                ListenerSettings settings =
                        Objects.requireNonNull(staged.listeners().get(listener.name()));
                opened.put(
                        listener.name(),
                        RunningListener.bind(listener, settings, loops, connections, supervisor.sockets()));
            } catch (StartException e) {
                problems.addAll(e.problems());
            }
        }
        return opened;
    }

    ProxyConfig config() {
        return config;
    }

    LogLevel logLevel() {
        return logLevel;
    }

    Generation generation() {
        return generation;
    }

    Transport transport() {
        return transport;
    }

    LifeState state() {
        return state;
    }

    Reloader.Outcome lastReload() {
        return reloader.last();
    }

    private void closeListeners() {
        listeners.values().forEach(RunningListener::close);
        admin.letGo();
    }

    /** A proxy that listens and does not answer is worse than none: whoever supervises it shall begin anew. */
    private void abandon() {
        state = LifeState.STOPPED;
        try {
            LOG.error("an event loop ended by an error: what it served hangs, so the process ends");
        } finally {
            drain.abandon();
        }
    }

    private void closeAll() {
        state = LifeState.STOPPED;
        reloader.close();
        rotation.close();
        closeListeners();
        loops.closeAll(CloseReason.DRAIN_DEADLINE);
        // A loop that stops cuts what is open, without close_notify and without a line in the log.
        loops.whenEmpty().completeOnTimeout(null, CUT_SECONDS, TimeUnit.SECONDS).join();
        loops.stop().awaitUninterruptibly(3, TimeUnit.SECONDS);
        memory.close();
        generation.backends().values().forEach(Backend::stop);
        lasting.backends().close();
        generation.release();
        admin.close();
        logLevel.close();
        handshakes.close();
        accessLog.close();
        if (lasting.keyLog() != null) {
            lasting.keyLog().close();
        }
        registry.close();
    }
}
