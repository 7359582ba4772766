package io.sallyport.server;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.OpenSsl;
import io.sallyport.admin.AdminServer;
import io.sallyport.config.ConfigException;
import io.sallyport.config.ConfigProblem;
import io.sallyport.config.HostPort;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.connection.Acceptors;
import io.sallyport.connection.ConnectionLoops;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.limits.ConnectionLimiter;
import io.sallyport.observe.AccessLog;
import io.sallyport.observe.CloseReason;
import io.sallyport.observe.Meters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running Sallyport. */
public final class ProxyServer {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.server");

    private final ProxyConfig config;
    private final PrometheusMeterRegistry registry;
    private final Meters meters;
    private final AccessLog accessLog;
    private final Generation generation;
    private final ConnectionLoops loops;
    private final Map<String, Acceptors> acceptors = new TreeMap<>();
    private final @Nullable AdminServer admin;
    private final Drain drain;
    private volatile LifeState state = LifeState.STARTING;

    private ProxyServer(ProxyConfig config, Generation generation, Parts parts) throws StartException {
        this.config = config;
        this.generation = generation;
        this.registry = parts.registry();
        this.meters = parts.meters();
        this.accessLog = parts.accessLog();
        this.loops = new ConnectionLoops(
                config.eventLoops() == 0 ? Runtime.getRuntime().availableProcessors() : config.eventLoops());
        this.drain = new Drain(this::closeListeners, loops, config.drain());
        List<ConfigProblem> problems = new ArrayList<>();
        this.admin = bindAdmin(problems);
        config.listeners().values().forEach(listener -> bind(listener, problems));
        if (!problems.isEmpty()) {
            closeAll();
            throw new StartException(problems);
        }
    }

    private record Parts(PrometheusMeterRegistry registry, Meters meters, AccessLog accessLog) {}

    /**
     * Loads all material, binds every socket, and serves.
     *
     * @throws StartException with every problem; nothing is left bound or running then
     */
    public static ProxyServer start(ProxyConfig config) throws StartException {
        requireNatives();
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        RuntimeMeters.bindTo(registry);
        Meters meters = new Meters(registry, BuildFacts.current());
        AccessLog accessLog = openAccessLog(config);
        Generation generation;
        try {
            GenerationLoader loader = new GenerationLoader(config, meters, accessLog);
            generation = loader.load();
            loader.warnings().forEach(LOG::warn);
        } catch (StartException e) {
            accessLog.close();
            throw e;
        }
        ProxyServer server = new ProxyServer(config, generation, new Parts(registry, meters, accessLog));
        server.serve();
        return server;
    }

    /**
     * Loads all material as a start would, and lets go of it.
     *
     * @return warnings, one a line
     * @throws StartException with every problem
     */
    public static List<String> check(ProxyConfig config) throws StartException {
        requireNatives();
        Meters meters = new Meters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), BuildFacts.current());
        GenerationLoader loader = new GenerationLoader(config, meters, AccessLog.none());
        Generation generation = loader.load();
        generation.release();
        if (!loader.unresolved().isEmpty()) {
            throw new StartException(loader.unresolved());
        }
        return loader.warnings();
    }

    /** The bound address of each listener, by name. */
    public Map<String, InetSocketAddress> addresses() {
        Map<String, InetSocketAddress> result = new TreeMap<>();
        acceptors.forEach((name, bound) -> result.put(name, bound.address()));
        return result;
    }

    /** The bound address of the admin listener; null where there is none. */
    public @Nullable InetSocketAddress adminAddress() {
        return admin == null ? null : admin.address();
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
                    LOG.info("draining");
                },
                this::closeAll);
    }

    /** Closes everything at once; the future of {@link #drain} completes with false where connections were cut. */
    public void stopNow() {
        drain.cutShort();
        drain().join();
    }

    /** Connections open now. */
    public int connectionsActive() {
        return meters.connectionsActive();
    }

    private static void requireNatives() throws StartException {
        if (!Epoll.isAvailable()) {
            throw new StartException(List.of(new ConfigProblem(
                    "", "transport", "epoll is not available: " + root(Epoll.unavailabilityCause()))));
        }
        if (!OpenSsl.isAvailable()) {
            throw new StartException(List.of(new ConfigProblem(
                    "", "TLS library", "BoringSSL is not available: " + root(OpenSsl.unavailabilityCause()))));
        }
        if (!String.valueOf(OpenSsl.versionString()).contains("BoringSSL")) {
            throw new StartException(List.of(new ConfigProblem(
                    "", "TLS library", OpenSsl.versionString() + " was found (expected: BoringSSL)")));
        }
    }

    private static AccessLog openAccessLog(ProxyConfig config) throws StartException {
        try {
            return AccessLog.open(config.accessLog());
        } catch (ConfigException e) {
            throw new StartException(e.problems());
        }
    }

    private void serve() {
        acceptors.forEach((name, bound) -> {
            bound.accept();
            LOG.atInfo()
                    .addKeyValue("listener", name)
                    .addKeyValue("address", String.valueOf(bound.address()))
                    .log("listening");
        });
        meters.certificates(generation.certificates());
        state = LifeState.READY;
        if (admin != null) {
            admin.serve();
            LOG.atInfo().addKeyValue("address", String.valueOf(admin.address())).log("admin");
        }
    }

    private @Nullable AdminServer bindAdmin(List<ConfigProblem> problems) {
        HostPort bind = config.admin().bind();
        if (bind == null) {
            return null;
        }
        try {
            return AdminServer.bind(
                    resolve(bind),
                    new AdminView(config, registry, meters, generation, acceptors, () -> state, this::drain));
        } catch (Exception e) {
            problems.add(new ConfigProblem("", "admin.bind", BindFailure.words(bind, e)));
            return null;
        }
    }

    private void bind(ListenerConfig listener, List<ConfigProblem> problems) {
        ListenerSettings settings =
                Objects.requireNonNull(generation.listeners().get(listener.name()));
        try {
            InetSocketAddress address = resolve(listener.bind());
            if (PortSharing.isShared(address)) {
                LOG.atInfo()
                        .addKeyValue("listener", listener.name())
                        .addKeyValue("address", String.valueOf(address))
                        .log("the port is shared with another process (SO_REUSEPORT)");
            }
            acceptors.put(
                    listener.name(),
                    loops.bind(
                            listener.name(),
                            address,
                            new ConnectionLimiter(listener.limits().connections()),
                            listener.limits().whenFull(),
                            settings.meters(),
                            () -> settings));
        } catch (Exception e) {
            problems.add(new ConfigProblem(
                    "", "listeners." + listener.name() + ".bind", BindFailure.words(listener.bind(), e)));
        }
    }

    private void closeListeners() {
        acceptors.values().forEach(Acceptors::close);
    }

    private void closeAll() {
        state = LifeState.STOPPED;
        closeListeners();
        loops.closeAll(CloseReason.DRAIN_DEADLINE);
        loops.stop().awaitUninterruptibly(3, TimeUnit.SECONDS);
        generation.release();
        if (admin != null) {
            admin.close();
        }
        accessLog.close();
        registry.close();
    }

    private static InetSocketAddress resolve(HostPort bind) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(bind.host()), bind.port());
    }

    private static String root(@Nullable Throwable cause) {
        Throwable at = cause;
        while (at != null && at.getCause() != null) {
            at = at.getCause();
        }
        return String.valueOf(at);
    }
}
