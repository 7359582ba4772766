package io.sallyport.server;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sallyport.accesslog.AccessLog;
import io.sallyport.accesslog.HandshakeLog;
import io.sallyport.acme.AcmeClient;
import io.sallyport.acme.StoredCertificate;
import io.sallyport.backend.BackendRuntime;
import io.sallyport.config.ConfigSource;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.hocon.LocaleEncoding;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.config.value.TransportChoice;
import io.sallyport.connection.ConnectionLoops;
import io.sallyport.crl.CrlFetcher;
import io.sallyport.eventloop.Transport;
import io.sallyport.log.LogLevel;
import io.sallyport.memory.ControlGroup;
import io.sallyport.memory.MemoryGuard;
import io.sallyport.metrics.AcmeMeters;
import io.sallyport.metrics.CrlMeters;
import io.sallyport.metrics.Meters;
import io.sallyport.metrics.SpiffeMeters;
import io.sallyport.metrics.TokenMeters;
import io.sallyport.server.generation.Assembler;
import io.sallyport.server.generation.GenerationLoader;
import io.sallyport.server.generation.LoaderServices;
import io.sallyport.server.generation.MemoryBound;
import io.sallyport.server.generation.Serving;
import io.sallyport.server.generation.Staged;
import io.sallyport.server.generation.StartException;
import io.sallyport.server.lifecycle.Lifecycle;
import io.sallyport.server.lifecycle.LifecycleHooks;
import io.sallyport.server.lifecycle.ServerParts;
import io.sallyport.server.lifecycle.Supervisor;
import io.sallyport.server.listen.BoundListener;
import io.sallyport.server.listen.HandedOverSockets;
import io.sallyport.server.reload.Content;
import io.sallyport.tls.context.ChallengeAnswers;
import io.sallyport.tls.context.KeyLog;
import io.sallyport.tls.context.LiveContexts;
import io.sallyport.tls.context.RsaAccelerator;
import io.sallyport.tls.context.TlsPolicy;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.path.SeenPoints;
import io.sallyport.tls.source.KeySources;
import io.sallyport.tls.spiffe.WorkloadApi;
import io.sallyport.tls.token.Tokens;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running Sallyport. */
public final class ProxyServer {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.server");

    private final Lifecycle lifecycle;
    private final AdminListeners admin;
    private final ConnectionLoops loops;
    private final Meters meters;

    private ProxyServer(Lifecycle lifecycle, AdminListeners admin, ConnectionLoops loops, Meters meters) {
        this.lifecycle = lifecycle;
        this.admin = admin;
        this.loops = loops;
        this.meters = meters;
    }

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

    /** The same with a configuration that never changes. */
    public static ProxyServer start(ProxyConfig config) throws ConfigException, StartException {
        return start(ConfigSource.of(config), config);
    }

    /** The same for a process that somebody supervises. */
    public static ProxyServer start(ConfigSource source, ProxyConfig config, Supervisor supervisor)
            throws ConfigException, StartException {
        Transport transport = Natives.require(config);
        Resources resources = new Resources();
        boolean done = false;
        try {
            ProxyServer server = start(source, config, supervisor, transport, resources);
            done = true;
            return server;
        } finally {
            // Whatever it was that failed: threads that run on would keep the process, and its ports.
            if (!done) {
                resources.close();
            }
        }
    }

    private static ProxyServer start(
            ConfigSource source, ProxyConfig config, Supervisor supervisor, Transport transport, Resources resources)
            throws ConfigException, StartException {
        // Before the load: a file that changes in the middle is seen as changed by the first look.
        PrometheusMeterRegistry registry =
                resources.add(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), PrometheusMeterRegistry::close);
        resources.add(RuntimeMeters.bindTo(registry), JvmGcMetrics::close);
        Meters meters = new Meters(registry, BuildFacts.with(transport));
        KeyLog keyLog = KeyLogVariable.open();
        if (keyLog != null) {
            resources.add(keyLog, KeyLog::close);
        }
        AccessLog accessLog = resources.add(AccessLog.open(config.accessLog()), AccessLog::close);
        meters.accessLog(accessLog, AccessLog::dropped);
        HandshakeLog handshakes = resources.add(new HandshakeLog(accessLog), HandshakeLog::close);
        LogLevel logLevel = resources.add(new LogLevel(config.log().level()), LogLevel::close);
        LiveContexts contexts = new LiveContexts();
        meters.tlsContexts(contexts::count);
        BackendRuntime backends = resources.add(new BackendRuntime(), BackendRuntime::close);
        WorkloadApi workload = resources.add(
                new WorkloadApi(config.spiffe().endpoint(), transport, new SpiffeMeters(registry)::updated),
                WorkloadApi::close);
        SeenPoints points = new SeenPoints();
        Tokens tokens = resources.add(new Tokens(new TokenMeters(registry)), Tokens::close);
        KeySources keys = new KeySources(LocaleEncoding::variable, workload, tokens);
        GenerationLoader loader = new GenerationLoader(
                new LoaderServices(keys, keyLog, contexts, new RsaAccelerator(), points, backends.loop()));
        ChallengeAnswers challenges = new ChallengeAnswers(contexts);
        Staged staged = loader.load(loader.content(config), null);
        // Nothing serves it unless the start comes to its end; releasing it again does nothing.
        resources.add(staged, Staged::release);
        MemoryBound bound = MemoryBound.of(config);
        MemoryGuard memory =
                resources.add(new MemoryGuard(ControlGroup.own(), bound.places(), bound.each()), MemoryGuard::close);
        ConnectionLoops loops = resources.add(
                new ConnectionLoops(
                        config.eventLoops() == 0 ? Runtime.getRuntime().availableProcessors() : config.eventLoops(),
                        transport,
                        memory),
                each -> each.stop().awaitUninterruptibly(3, TimeUnit.SECONDS));
        announce(config, transport, loops);
        Lifecycle lifecycle = resources.add(
                new Lifecycle(
                        new ServerParts(
                                source,
                                transport,
                                loops,
                                memory,
                                backends,
                                meters,
                                accessLog,
                                logLevel,
                                loader,
                                new Assembler(meters, handshakes, backends, challenges)),
                        config,
                        supervisor),
                Lifecycle::abort);
        AcmeClient acme = resources.add(
                new AcmeClient(challenges, new AcmeMeters(registry), lifecycle::lookAtFiles), AcmeClient::close);
        CrlFetcher crls = resources.add(
                new CrlFetcher(points, workload::domains, new CrlMeters(registry), lifecycle::lookAtFiles),
                CrlFetcher::close);
        List<ConfigProblem> problems = new ArrayList<>();
        AdminListeners admin = resources.add(
                AdminListeners.bind(
                        config,
                        new AdminView(
                                lifecycle,
                                registry,
                                meters,
                                handshakes,
                                logLevel,
                                transport,
                                loops,
                                acme,
                                crls,
                                workload,
                                tokens),
                        problems),
                AdminListeners::close);
        admin.onLost(lifecycle::abandon);
        problems =
                lifecycle.start(staged, companion(admin, acme, crls, workload, keys, lifecycle, resources), problems);
        if (!problems.isEmpty()) {
            throw new StartException(problems);
        }
        return new ProxyServer(lifecycle, admin, loops, meters);
    }

    private static void announce(ProxyConfig config, Transport transport, ConnectionLoops loops) {
        LOG.atInfo()
                .addKeyValue("transport", transport.toString())
                .addKeyValue("count", loops.size())
                .log("event loops");
        if (config.transport() == TransportChoice.AUTO && transport != Transport.EPOLL) {
            LOG.warn("epoll is not available: {}", Transport.EPOLL.unavailability());
        }
    }

    private static LifecycleHooks companion(
            AdminListeners admin,
            AcmeClient acme,
            CrlFetcher crls,
            WorkloadApi workload,
            KeySources keys,
            Lifecycle lifecycle,
            Resources resources) {
        return new LifecycleHooks() {
            @Override
            public void onServing() {
                admin.serve();
                workload.follow(lifecycle::lookAtFiles);
            }

            @Override
            public void onConfiguration(ProxyConfig serving) {
                acme.follow(Content.certificates(serving));
                crls.follow(Content.clientAuths(serving));
                keys.follow(Content.certificates(serving));
                if (!serving.usesSpiffe()) {
                    workload.rest();
                }
            }

            @Override
            public void onListenersClosed() {
                admin.closeIdle();
            }

            @Override
            public void onStopped() {
                resources.close();
            }
        };
    }

    /**
     * Loads all material as a start would, looks at the sockets that were handed over, and lets go of all of it.
     *
     * @return warnings, one a line
     * @throws StartException with every problem
     */
    public static List<String> check(ProxyConfig config, HandedOverSockets handedOver) throws StartException {
        Transport transport = Natives.require(config);
        try (BackendRuntime backends = new BackendRuntime();
                WorkloadApi workload = new WorkloadApi(config.spiffe().endpoint(), transport, result -> {})) {
            GenerationLoader loader = new GenerationLoader(new LoaderServices(
                    new KeySources(LocaleEncoding::variable, workload, new Tokens()),
                    null,
                    new LiveContexts(),
                    new RsaAccelerator(),
                    new SeenPoints(),
                    backends.loop()));
            Staged staged = loader.load(loader.content(config), null);
            staged.release();
            List<ConfigProblem> problems = new ArrayList<>(staged.unresolved());
            List<String> warnings = new ArrayList<>(staged.warnings());
            if (staged.awaited() != null) {
                problems.add(staged.awaited());
            }
            BoundListener.check(config, handedOver, problems, warnings);
            StoredCertificate.of(Content.certificates(config)).forEach(each -> problems.addAll(each.problems()));
            if (!problems.isEmpty()) {
                throw new StartException(problems);
            }
            return warnings;
        }
    }

    /** What a configuration means in terms of TLS, one line for each listener, and of memory. */
    public static List<String> describe(ProxyConfig config) {
        Stream<String> listeners = config.listeners().values().stream()
                .map(listener -> "listeners." + listener.name() + ": " + takes(listener));
        return Stream.of(
                        listeners,
                        Content.clientAuths(config).distinct().flatMap(ProxyServer::fetched),
                        Stream.of(MemoryBound.of(config).words()))
                .flatMap(each -> each)
                .toList();
    }

    /** What a start would fetch; nothing is fetched here, as a check may run where no list server is to be reached. */
    private static Stream<String> fetched(ClientAuthConfig clientAuth) {
        CrlFetchConfig config = clientAuth.fetchedCrls();
        String rhythm =
                ", asked for again at the latest after " + config.refresh().toSeconds() + "s";
        Stream<String> urls = config.urls().stream()
                .map(url -> clientAuth.where() + ": the revocation list " + url + " would be fetched into "
                        + Findings.display(config.file(url)) + rhythm);
        Stream<String> points = config.distributionPoints()
                ? Stream.of(clientAuth.where()
                        + ": the revocation lists that trusted certificates name would be fetched into "
                        + Findings.display(config.points()) + rhythm)
                : Stream.of();
        return Stream.concat(urls, points);
    }

    private static String takes(ListenerConfig listener) {
        if (listener.redirects()) {
            return "plain HTTP, sent on to https";
        }
        return listener.plain() ? "plain TCP" : tls(listener);
    }

    private static String tls(ListenerConfig listener) {
        return TlsPolicy.of(listener.tls().policy())
                .describe(listener.tls().policy().profile());
    }

    /** The bound address of each listener, by name. */
    public Map<String, SocketAddress> addresses() {
        Map<String, SocketAddress> result = new TreeMap<>();
        Serving serving = lifecycle.published().get();
        serving.bound().forEach((name, listener) -> result.put(name, listener.address()));
        return result;
    }

    /** The bound address of the admin listener; null where there is none. */
    public @Nullable InetSocketAddress adminAddress() {
        return admin.adminAddress();
    }

    /** How many clients follow the live page. */
    public int followers() {
        return admin.followers();
    }

    /** The bound address of the metrics listener; null where there is none. */
    public @Nullable InetSocketAddress metricsAddress() {
        return admin.metricsAddress();
    }

    /** As {@link Lifecycle#reload}. */
    public CompletableFuture<Boolean> reload(String asker) {
        return lifecycle.reload(asker);
    }

    /** As {@link Lifecycle#drain}. */
    public CompletableFuture<Boolean> drain() {
        return lifecycle.drain();
    }

    /** Closes everything at once, and returns when it is closed. */
    public void stopNow() {
        lifecycle.stopNow().join();
    }

    /** Completes when a drain has ended, whatever began it; begins none. */
    public CompletableFuture<Boolean> stopped() {
        return lifecycle.stopped();
    }

    /** Completes once every event loop has taken a turn from now on. */
    public CompletableFuture<Void> turn() {
        return loops.turn();
    }

    /** Connections open now. */
    public int connectionsActive() {
        return meters.connectionsActive();
    }
}
