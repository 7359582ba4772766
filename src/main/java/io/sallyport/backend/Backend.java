package io.sallyport.backend;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sallyport.backend.BackendServer.Endpoint;
import io.sallyport.config.BackendConfig;
import io.sallyport.config.BackendConfig.OnDown;
import io.sallyport.config.HealthCheckConfig;
import io.sallyport.config.QueueConfig;
import io.sallyport.config.SendProxyProtocolConfig;
import io.sallyport.config.value.ServerState;
import io.sallyport.config.value.SourceChoice;
import io.sallyport.config.value.StartTls;
import io.sallyport.eventloop.SourceAddress;
import io.sallyport.tls.context.BackendTlsContext;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A named pool of servers with its rules, in one generation.
 *
 * <p>Connections choose from a frozen snapshot, on any thread and without a lock. Everything that changes the snapshot
 * (health, ejections, names) happens on the backends' event loop, between {@link #start} and {@link #stop}.
 */
public final class Backend {
    private final BackendConfig config;
    private final List<PoolMember> members;
    private final @Nullable Via via;
    private final @Nullable BackendTlsContext tls;
    private final WaitingLine<Backend> line;
    private final EventLoop loop;
    private final NameResolver names;
    private final ServerSelector selector;
    private final PassiveHealth passiveHealth;
    private final Map<Endpoint, HealthCheck> checks = new HashMap<>();
    private final List<NameWatch> watches;
    private @Nullable Future<?> nextReturn;
    private boolean running;
    private volatile Candidates candidates;

    /**
     * A pool, not started.
     *
     * @param members at least one; their names are looked up
     * @param via null: its servers are reached directly
     * @param tls null: neither connections nor checks need it
     * @param line who waits for room at one of its servers
     * @param loop where it lives
     */
    Backend(
            BackendConfig config,
            List<PoolMember> members,
            @Nullable Via via,
            @Nullable BackendTlsContext tls,
            WaitingLine<Backend> line,
            EventLoop loop,
            NameResolver names) {
        this.config = config;
        this.members = List.copyOf(members);
        this.via = via;
        this.tls = tls;
        this.line = line;
        this.loop = loop;
        this.names = names;
        this.selector = ServerSelectors.of(config.balance());
        this.passiveHealth = new PassiveHealth(config.name(), config.passiveHealth());
        this.watches = members.stream()
                .map(PoolMember::server)
                .filter(server -> server.name().isPresent())
                .map(server -> new NameWatch(config.name(), server, this.names, loop, this::changed))
                .toList();
        this.candidates = Candidates.of(this.members, config.onDown(), List.of());
    }

    public String name() {
        return config.name();
    }

    public List<PoolMember> members() {
        return members;
    }

    // ---- for connections, on any thread

    /**
     * Picks an endpoint for a connection and takes room there, which is to be given back.
     *
     * @param source hash of the client's address
     * @param from from which address it is to be reached; null: any
     * @param tried those that are out of the question
     * @return null: there is none that may have it, or every one is full
     */
    @Nullable
    Endpoint take(long source, @Nullable SourceAddress from, Collection<Endpoint> tried) {
        Candidates left = candidates(from, tried);
        boolean isFirst = tried.isEmpty();
        while (!left.isEmpty()) {
            Endpoint endpoint = isFirst ? selector.select(left, source) : selector.selectOther(left, source);
            if (endpoint.take()) {
                return endpoint;
            }
            // Others may fill what has room now: each turn of the loop finds it out.
            left = left.withRoom();
            isFirst = false;
        }
        return null;
    }

    /** Whether there is one that may have the connection, full or not. */
    boolean hasServer(@Nullable SourceAddress from, Collection<Endpoint> tried) {
        return !candidates(from, tried).isEmpty();
    }

    /** Whether one that may have connections is not full. */
    boolean hasRoom() {
        return candidates.has(Endpoint::hasRoom);
    }

    private Candidates candidates(@Nullable SourceAddress from, Collection<Endpoint> tried) {
        Candidates now = candidates;
        boolean allReached = from == null || via != null || !now.has(each -> !from.reaches(each.address()));
        if (allReached && tried.isEmpty()) {
            return now;
        }
        List<Endpoint> excluded = new ArrayList<>(tried);
        if (from != null && via == null) {
            members.stream()
                    .flatMap(member -> member.server().endpoints().stream())
                    .filter(each -> !from.reaches(each.address()))
                    .forEach(excluded::add);
        }
        return Candidates.of(members, config.onDown(), excluded);
    }

    /** Who waits for room. */
    WaitingLine<Backend> line() {
        return line;
    }

    /** Whether some server may have only so many connections. */
    public boolean isLimited() {
        return config.isLimited();
    }

    /** How long, and how many, may wait. */
    public QueueConfig queue() {
        return config.queue();
    }

    /** How many connections wait for room at one of its servers. */
    public int waiting() {
        return line.waiting();
    }

    /** For TCP, and again for TLS; zero: the kernel's, and none. */
    public Duration connectTimeout() {
        return config.connectTimeout();
    }

    int retries() {
        return config.retries();
    }

    /**
     * For one client.
     *
     * @param source from which address its connection is made; null: whichever the kernel takes
     * @param protocol the application protocol that it agreed on; null: none
     * @param asked how it has asked for its TLS
     * @param isTerminated whether its TLS ends here
     */
    ServerConnect.Terms terms(
            @Nullable SourceAddress source, @Nullable String protocol, StartTls asked, boolean isTerminated) {
        StartTls ofClient = isTerminated ? StartTls.OFF : asked;
        @Nullable BackendTlsContext ofConnections = config.tls().enabled() ? tls : null;
        StartTls asks = ofConnections == null ? ofClient : config.tls().startTls();
        return new ServerConnect.Terms(
                Math.toIntExact(config.connectTimeout().toMillis()),
                new ServerConnect.Way(source, via),
                ofConnections,
                protocol,
                asks,
                isTerminated && asks == StartTls.OFF ? asked : StartTls.OFF,
                asked == StartTls.OFF);
    }

    /**
     * From which address connections are made; null: whichever the kernel takes.
     *
     * @param client null where it has no address
     */
    @Nullable
    SourceAddress source(@Nullable SocketAddress client) {
        SourceChoice choice = config.wayOut().source();
        return choice.isClient() ? SourceAddress.of(client) : ownSource(choice);
    }

    private static @Nullable SourceAddress ownSource(SourceChoice choice) {
        return choice.address() == null ? null : SourceAddress.own(choice.address());
    }

    /** How the servers learn the client's address. */
    public SendProxyProtocolConfig proxyProtocol() {
        return config.proxyProtocol();
    }

    /** Stands for all of them where none is to be had. */
    BackendServer first() {
        return members.get(0).server();
    }

    /** Whether some server has an address. */
    boolean hasAddresses() {
        return members.stream().anyMatch(member -> !member.server().endpoints().isEmpty());
    }

    /** Whether connections to an endpoint may go on, as far as its health and its operator say. */
    boolean mayGoOn(Endpoint endpoint) {
        return config.onDown() == OnDown.KEEP
                || (!endpoint.isDown() && endpoint.server().state() != ServerState.MAINTENANCE);
    }

    /** A connection stands. */
    void reached(Endpoint endpoint) {
        if (endpoint.failures().get() != 0) {
            endpoint.failures().set(0);
        }
    }

    /** A connection could not be made; at most once for an endpoint and a connection. */
    void failed(Endpoint endpoint) {
        loop.execute(() -> {
            if (running && passiveHealth.failed(endpoint, members, System.nanoTime())) {
                changed();
            }
        });
    }

    // ---- life, on the backends' event loop

    /** Begins to check servers and to look names up. From any thread. */
    public void start() {
        loop.execute(() -> {
            running = true;
            watches.forEach(NameWatch::start);
            boolean checked = config.healthCheck().type() != HealthCheckConfig.Type.NONE;
            for (PoolMember member : members) {
                BackendServer server = member.server();
                server.onState(this::changed);
                if (checked) {
                    server.meters().watch(server::isUp);
                } else {
                    // What an earlier generation's checks said is not looked at any more.
                    server.meters().unwatch();
                    server.endpoints().forEach(Endpoint::unchecked);
                }
            }
            changed();
        });
    }

    /** Sets what an operator wants of one of its servers. From any thread. */
    public void set(String server, ServerState state) {
        loop.execute(() -> members.stream()
                .map(PoolMember::server)
                .filter(each -> each.toString().equals(server))
                // A reload may have put another backend in place of this one: the server knows which serves.
                .forEach(each -> each.state(state)));
    }

    /** Ends both. From any thread; what it knows stays with the servers. */
    public void stop() {
        loop.execute(() -> {
            running = false;
            watches.forEach(NameWatch::stop);
            checks.values().forEach(HealthCheck::stop);
            checks.clear();
            if (nextReturn != null) {
                nextReturn.cancel(false);
            }
        });
    }

    /** Keeps what a dial needs, for one that is to come; each is followed by a {@link #release}. From any thread. */
    public void retain() {
        if (tls != null) {
            tls.retain();
        }
    }

    /** Lets go of it; the last of all gives the native memory back. */
    public void release() {
        if (tls != null) {
            tls.release();
        }
    }

    private void changed() {
        if (!running) {
            return;
        }
        checkWhatIsThere();
        long now = System.nanoTime();
        passiveHealth.readmit(members, now);
        candidates = Candidates.of(members, config.onDown(), List.of());
        endWhatMayNotGoOn();
        line.use(this);
        if (nextReturn != null) {
            nextReturn.cancel(false);
        }
        long wait = passiveHealth.nextReturn(members, now);
        nextReturn = wait < 0 ? null : loop.schedule(this::changed, wait, TimeUnit.NANOSECONDS);
    }

    /** Each time over: a reload may have begun to close what was down long ago. */
    private void endWhatMayNotGoOn() {
        for (PoolMember member : members) {
            for (Endpoint endpoint : member.server().endpoints()) {
                if (!mayGoOn(endpoint)) {
                    endpoint.channels().tell(ServerEvent.DOWN);
                }
            }
        }
    }

    /** One check for each address that there is now. */
    private void checkWhatIsThere() {
        if (config.healthCheck().type() == HealthCheckConfig.Type.NONE) {
            return;
        }
        Map<Endpoint, HealthCheck> gone = new HashMap<>(checks);
        for (PoolMember member : members) {
            for (Endpoint endpoint : member.server().endpoints()) {
                if (gone.remove(endpoint) == null) {
                    HealthCheck check = new HealthCheck(
                            config,
                            endpoint,
                            new ServerConnect.Way(ownSource(config.wayOut().source()), via),
                            tls,
                            loop,
                            this::changed);
                    checks.put(endpoint, check);
                    check.start();
                }
            }
        }
        gone.forEach((endpoint, check) -> {
            check.stop();
            checks.remove(endpoint);
        });
    }
}
