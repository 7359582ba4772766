package io.sallyport.server.generation;

import io.netty.util.concurrent.Future;
import io.sallyport.backend.Backend;
import io.sallyport.backend.BackendServer;
import io.sallyport.backend.LookupResult;
import io.sallyport.backend.NameResolver;
import io.sallyport.backend.PoolMember;
import io.sallyport.backend.Via;
import io.sallyport.config.BackendConfig;
import io.sallyport.config.ConfigFiles;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.ServerConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.BackendTlsConfig;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.server.reload.Content;
import io.sallyport.tls.context.BackendTlsContext;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.path.Crls;
import io.sallyport.tls.path.TrustAnchors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Loads the backends: their TLS material, and what their servers' names mean. Touches no server. Used once. */
final class BackendLoader {
    /** Names are asked for all at once; a name server that does not answer must not hold the start for ever. */
    private static final int NAMES_SECONDS = 10;

    private final LoadRun run;
    private final NameResolver names;
    private final List<ConfigProblem> unresolved = new ArrayList<>();

    BackendLoader(LoadRun run) {
        this.run = run;
        this.names = new NameResolver(run.services().lookups(), run.config().dns());
    }

    /** Names of servers that have no address now. */
    List<ConfigProblem> unresolved() {
        return unresolved;
    }

    /** A hash of all that the files and sources of keys of a backend hold. */
    static String material(BackendConfig backend, Content content) {
        return content.hashOf(ConfigFiles.of(backend), backend.certificates(), backend.trustAnchors());
    }

    /** Rules for those who wait, which nobody ever does. One in the defaults is of use where one backend has a limit. */
    static List<ConfigProblem> idleQueues(ProxyConfig config) {
        Set<String> used = config.backends().values().stream()
                .filter(BackendConfig::isLimited)
                .flatMap(backend -> written(backend).stream())
                .collect(Collectors.toSet());
        return config.backends().values().stream()
                .filter(backend -> !backend.isLimited())
                .flatMap(backend -> written(backend)
                        .filter(place -> !used.contains(place))
                        .map(place -> new ConfigProblem(
                                place,
                                "backends." + backend.name() + ".queue",
                                "nobody waits, since no server has a limit (expected: servers with max-connections)"))
                        .stream())
                .toList();
    }

    private static Optional<String> written(BackendConfig backend) {
        return Optional.ofNullable(backend.queue().written()).map(Place::text);
    }

    /** Loads these; where problems were found, what is returned is of no use. */
    Map<String, StagedBackend> load(Collection<BackendConfig> wanted) {
        Map<String, LookupResult> found = lookUp(wanted);
        Set<String> protocols = protocols();
        Map<String, StagedBackend> backends = new TreeMap<>();
        for (BackendConfig backend : wanted) {
            Map<NetworkAddress, LookupResult> lookups = new HashMap<>();
            unknown(backend).forEach(server -> {
                LookupResult result = Objects.requireNonNull(
                        found.get(BackendServer.name(server).orElseThrow()));
                lookups.put(server, result);
                if (result.answer() == null) {
                    unresolved.add(new ConfigProblem(
                            "",
                            "backends." + backend.name() + ".servers",
                            "\"" + server + "\": the name has no address: " + result.problem()));
                }
            });
            ViaLoader.name(backend)
                    .map(found::get)
                    .filter(result -> result.answer() == null)
                    .ifPresent(result -> unresolved.add(new ConfigProblem(
                            "",
                            "backends." + backend.name() + ".via",
                            "the proxy's name has no address: " + result.problem())));
            @Nullable Via via = ViaLoader.load(backend, names, found, run.findings());
            backends.put(backend.name(), staged(backend, via, lookups, protocols));
        }
        return backends;
    }

    /** Names whose servers have no address: those that serve have theirs, and look after them themselves. */
    private List<NetworkAddress> unknown(BackendConfig backend) {
        if (backend.wayOut().via() != null) {
            return List.of(); // The proxy looks them up.
        }
        return backend.servers().stream()
                .map(ServerConfig::address)
                .filter(server -> BackendServer.name(server).isPresent() && !isKnown(backend.name(), server))
                .toList();
    }

    private boolean isKnown(String backend, NetworkAddress address) {
        @Nullable
        Backend before = run.serving() == null ? null : run.serving().backends().get(backend);
        return before != null
                && before.members().stream()
                        .map(PoolMember::server)
                        .anyMatch(server -> server.toString().equals(address.toString())
                                && !server.endpoints().isEmpty());
    }

    /** Asks for all names at once. */
    private Map<String, LookupResult> lookUp(Collection<BackendConfig> wanted) {
        Map<String, Future<NameResolver.Answer>> asked = new TreeMap<>();
        wanted.stream()
                .flatMap(backend -> Stream.concat(
                        unknown(backend).stream().flatMap(server -> BackendServer.name(server).stream()),
                        ViaLoader.name(backend).stream()))
                .forEach(name -> asked.computeIfAbsent(name, names::resolve));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(NAMES_SECONDS);
        Map<String, LookupResult> results = new HashMap<>();
        asked.forEach((name, answer) -> {
            answer.awaitUninterruptibly(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            results.put(name, result(answer));
        });
        return results;
    }

    private static LookupResult result(Future<NameResolver.Answer> answer) {
        if (answer.isSuccess()) {
            return LookupResult.found(answer.getNow());
        }
        return LookupResult.notFound(
                answer.isDone()
                        ? String.valueOf(answer.cause().getMessage())
                        : "no answer within " + NAMES_SECONDS + "s");
    }

    /** Every application protocol that clients may agree on with us; servers are offered the same. */
    private Set<String> protocols() {
        return run.config().listeners().values().stream()
                .filter(listener -> !listener.plain())
                .flatMap(listener -> Stream.concat(
                        listener.tls().alpn().stream(),
                        listener.routes().stream().flatMap(route -> route.tls().alpn().stream())))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private StagedBackend staged(
            BackendConfig backend,
            @Nullable Via via,
            Map<NetworkAddress, LookupResult> lookups,
            Set<String> protocols) {
        BackendTlsConfig tls = backend.tls();
        String material = material(backend, run.content());
        if (!backend.usesTls()) {
            return new StagedBackend(backend, material, via, null, names, lookups, Expiries.NONE);
        }
        List<KeyMaterial> keys = backend.certificates().stream()
                .distinct()
                .flatMap(each -> run.keys(each).stream())
                .toList();
        if (keys.isEmpty()
                && !backend.certificates().isEmpty()
                && run.awaited() == null
                && run.findings().problems().isEmpty()) {
            run.problems()
                    .add(new ConfigProblem(
                            tls.where(),
                            "backends." + backend.name() + ".tls.certificates",
                            "none of its folders has a certificate that can be used (expected: at least one)"));
        }
        boolean anchored = tls.verify() == BackendTlsConfig.Verify.FULL;
        TrustAnchors anchors = TrustAnchors.load(
                anchored ? tls.trustAnchors() : List.of(), tls.where(), run.now(), run.findings(), run.trustDomains());
        Expiries expiries = Expiries.of(keys, "client", anchors, Crls.none());
        return new StagedBackend(
                backend, material, via, context(backend, anchors, protocols, keys), names, lookups, expiries);
    }

    private @Nullable BackendTlsContext context(
            BackendConfig backend, TrustAnchors anchors, Set<String> protocols, List<KeyMaterial> keys) {
        if (!run.findings().problems().isEmpty()) {
            return null;
        }
        try {
            return BackendTlsContext.build(
                    backend.tls(),
                    anchors,
                    protocols,
                    keys,
                    run.services().keyLog(),
                    run.services().contexts(),
                    run.pool());
        } catch (SSLException e) {
            run.problems()
                    .add(new ConfigProblem(
                            backend.tls().where(),
                            "backends." + backend.name() + ".tls",
                            "BoringSSL refuses it: " + e.getMessage()));
            return null;
        }
    }
}
