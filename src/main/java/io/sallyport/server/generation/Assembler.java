package io.sallyport.server.generation;

import io.sallyport.accesslog.ConnectionLog;
import io.sallyport.backend.Backend;
import io.sallyport.backend.BackendRuntime;
import io.sallyport.backend.BackendServer;
import io.sallyport.backend.LookupResult;
import io.sallyport.backend.PoolMember;
import io.sallyport.config.BackendConfig;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.tls.TlsConfig;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.connection.RouteTable;
import io.sallyport.metrics.ListenerMeters;
import io.sallyport.metrics.ListenerMeters.SessionKind;
import io.sallyport.metrics.Meters;
import io.sallyport.redirect.Redirects;
import io.sallyport.server.listen.BoundListener;
import io.sallyport.tls.context.ChallengeAnswers;
import io.sallyport.tls.context.TicketKeys;
import io.sallyport.tls.context.TlsPolicy;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes what serves of what was loaded: attaches meters, servers and ticket keys. On the control thread alone. */
public final class Assembler {
    private final Meters meters;
    private final ConnectionLog log;
    private final BackendRuntime runtime;
    private final ChallengeAnswers challenges;

    public Assembler(Meters meters, ConnectionLog log, BackendRuntime runtime, ChallengeAnswers challenges) {
        this.meters = meters;
        this.log = log;
        this.runtime = runtime;
        this.challenges = challenges;
    }

    /**
     * Attaches; nothing fails here that a load could have found out. What a load has used again goes on to serve: its pools,
     * routes and ticket keys are the same objects.
     *
     * @param bound the sockets of all listeners
     * @param now which ticket keys hold
     * @param before what serves until now; null: nothing
     */
    public Serving assemble(Staged staged, Map<String, BoundListener> bound, Instant now, @Nullable Serving before) {
        Map<String, Backend> backends = new TreeMap<>();
        staged.backends().forEach((name, each) -> {
            @Nullable Backend same = before == null ? null : before.backend(each);
            backends.put(name, same == null ? backend(each) : same);
        });
        Map<String, ListenerSettings> listeners = new TreeMap<>();
        Map<String, TicketKeys> tickets = new TreeMap<>();
        staged.listeners().forEach((name, each) -> {
            @Nullable ListenerSettings same = before == null ? null : before.settings(each, backends);
            listeners.put(name, same == null ? settings(each, backends, null) : same);
            if (each.ticketKeys() != null) {
                tickets.put(name, each.ticketKeys());
            }
        });
        // Behind all others: they lead to the names of those that serve from now on.
        Redirects redirects = redirects(staged, listeners, bound);
        staged.listeners().forEach((name, each) -> {
            if (each.config().redirects()) {
                listeners.put(name, settings(each, backends, redirects));
            }
        });
        TicketRings rings = before == null ? TicketRings.NONE : before.tickets();
        Serving serving = new Serving(staged, bound, listeners, backends, rings.of(tickets, now));
        serving.useTickets();
        return serving;
    }

    /** Forgets the meters and servers that are not in service. */
    public void forgetOthersThan(Serving serving) {
        runtime.retain(serving.servers());
        meters.retain(serving.listeners().keySet(), serving.servers());
    }

    private Backend backend(StagedBackend staged) {
        BackendConfig config = staged.config();
        Map<BackendServer, LookupResult> lookups = new HashMap<>();
        List<PoolMember> members = new ArrayList<>();
        config.servers().forEach(each -> {
            BackendServer server = runtime.server(
                    config.name(), each.address(), config.wayOut().via() != null, meters);
            server.maxConnections(each.maxConnections());
            members.add(new PoolMember(server, each.weight(), each.backup()));
            @Nullable LookupResult result = staged.lookups().get(each.address());
            if (result != null) {
                lookups.put(server, result);
            }
        });
        runtime.learn(lookups);
        return runtime.backend(config, members, staged.via(), staged.tls(), staged.names(), meters);
    }

    private Redirects redirects(
            Staged staged, Map<String, ListenerSettings> listeners, Map<String, BoundListener> bound) {
        List<Redirects.Target> targets = new ArrayList<>();
        staged.listeners().forEach((name, each) -> {
            @Nullable ListenerSettings settings = listeners.get(name);
            if (each.config().takesTls() && settings != null) {
                targets.add(new Redirects.Target(settings.routes()::serves, port(bound.get(name))));
            }
        });
        return new Redirects(targets, challenges::authorization);
    }

    /** 0: it has none. */
    private static int port(@Nullable BoundListener listener) {
        return listener != null && listener.address() instanceof InetSocketAddress address ? address.getPort() : 0;
    }

    private ListenerSettings settings(
            StagedListener staged, Map<String, Backend> backends, @Nullable Redirects redirects) {
        ListenerConfig config = staged.config();
        List<RouteTable.Route> routes =
                staged.routes().stream().map(route -> route(route, backends)).toList();
        RouteTable.Route fallback = staged.fallback() == null ? null : route(staged.fallback(), backends);
        ListenerMeters listenerMeters = meters.listener(config.name());
        if (!staged.contexts().isEmpty()) {
            expectSessions(listenerMeters, TlsPolicy.of(config.tls().policy()));
        }
        return new ListenerSettings(
                config.name(),
                config.proxyProtocol(),
                staged.sources(),
                new RouteTable(
                        routes,
                        fallback,
                        config.tls().unknownServerName(),
                        config.tls().missingServerName()),
                config.plain() && fallback != null ? fallback.backend() : null,
                redirects,
                config.limits(),
                config.timeouts(),
                config.startTls(),
                greetingName(staged),
                config.tls().recordPath() == TlsConfig.RecordPath.DIRECT,
                config.tls().recheckClients(),
                listenerMeters,
                log,
                challenges,
                staged.version());
    }

    private static RouteTable.Route route(StagedListener.Route staged, Map<String, Backend> backends) {
        return new RouteTable.Route(
                staged.serverNames(),
                staged.alpn(),
                staged.sources(),
                Objects.requireNonNull(backends.get(staged.backend()), staged.backend()),
                staged.tls(),
                staged.serves());
    }

    /** The first host name of the first certificate; without one the listener's own name, which is none of the network. */
    private static String greetingName(StagedListener staged) {
        return staged.contexts().stream()
                .flatMap(contexts -> contexts.hostName().stream())
                .findFirst()
                .orElse(staged.config().name());
    }

    /** A rate over a meter that appears with its first event misses that event. */
    private static void expectSessions(ListenerMeters meters, TlsPolicy policy) {
        meters.expectSessions(policy.likely().stream()
                .flatMap(agreed -> Stream.of(true, false)
                        .map(resumed -> new SessionKind(agreed.version(), agreed.suite(), agreed.group(), resumed)))
                .toList());
    }
}
