package io.sallyport.server.generation;

import io.netty.util.concurrent.Future;
import io.sallyport.backend.Backend;
import io.sallyport.backend.BackendServer;
import io.sallyport.backend.LookupResult;
import io.sallyport.backend.NameResolver;
import io.sallyport.backend.PoolMember;
import io.sallyport.config.BackendConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.ServerConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.hocon.LocaleEncoding;
import io.sallyport.config.tls.BackendTlsConfig;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.metrics.Meters.CertificateExpiry;
import io.sallyport.tls.context.BackendTlsContext;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.path.TrustAnchors;
import io.sallyport.tls.source.KeyMaterialLoader;
import io.sallyport.tls.trust.ServerTrust;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    private final ProxyConfig config;
    private final LoaderServices services;
    private final @Nullable Serving serving;
    private final NativeMemory memory;
    private final Instant now;
    private final Findings findings;
    private final List<ConfigProblem> problems;
    private final NameResolver names;
    private final List<ConfigProblem> unresolved = new ArrayList<>();
    private final Set<CertificateExpiry> expiries = new TreeSet<>(CertificateExpiry.ORDER);

    BackendLoader(
            ProxyConfig config,
            LoaderServices services,
            @Nullable Serving serving,
            Instant now,
            NativeMemory memory,
            Findings findings,
            List<ConfigProblem> problems) {
        this.config = config;
        this.services = services;
        this.serving = serving;
        this.memory = memory;
        this.now = now;
        this.findings = findings;
        this.problems = problems;
        this.names = new NameResolver(services.lookups(), config.dns());
    }

    /** Names of servers that have no address now. */
    List<ConfigProblem> unresolved() {
        return unresolved;
    }

    /** The end dates of the certificates that were loaded. */
    Set<CertificateExpiry> expiries() {
        return expiries;
    }

    /** Loads; where problems were found, what is returned is of no use. */
    Map<String, StagedBackend> load() {
        Map<String, LookupResult> found = lookUp();
        Set<String> protocols = protocols();
        Map<String, StagedBackend> backends = new TreeMap<>();
        config.backends().forEach((name, backend) -> {
            Map<NetworkAddress, LookupResult> lookups = new HashMap<>();
            unknown(backend).forEach(server -> {
                LookupResult result = Objects.requireNonNull(
                        found.get(BackendServer.name(server).orElseThrow()));
                lookups.put(server, result);
                if (result.answer() == null) {
                    unresolved.add(new ConfigProblem(
                            "",
                            "backends." + name + ".servers",
                            "\"" + server + "\": the name has no address: " + result.problem()));
                }
            });
            backends.put(name, new StagedBackend(backend, tls(backend, protocols), names, lookups));
        });
        return backends;
    }

    /** Names whose servers have no address: those that serve have theirs, and look after them themselves. */
    private List<NetworkAddress> unknown(BackendConfig backend) {
        return backend.servers().stream()
                .map(ServerConfig::address)
                .filter(server -> BackendServer.name(server).isPresent() && !isKnown(backend.name(), server))
                .toList();
    }

    private boolean isKnown(String backend, NetworkAddress address) {
        @Nullable Backend before = serving == null ? null : serving.backends().get(backend);
        return before != null
                && before.members().stream()
                        .map(PoolMember::server)
                        .anyMatch(server -> server.toString().equals(address.toString())
                                && !server.endpoints().isEmpty());
    }

    /** Asks for all names at once. */
    private Map<String, LookupResult> lookUp() {
        Map<String, Future<NameResolver.Answer>> asked = new TreeMap<>();
        config.backends().values().stream()
                .flatMap(backend -> unknown(backend).stream())
                .forEach(server ->
                        BackendServer.name(server).ifPresent(name -> asked.computeIfAbsent(name, names::resolve)));
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
        return config.listeners().values().stream()
                .filter(listener -> !listener.plain())
                .flatMap(listener -> Stream.concat(
                        listener.tls().alpn().stream(),
                        listener.routes().stream().flatMap(route -> route.tls().alpn().stream())))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private @Nullable BackendTlsContext tls(BackendConfig backend, Set<String> protocols) {
        BackendTlsConfig tls = backend.tls();
        if (!tls.enabled()) {
            return null;
        }
        KeyMaterialLoader loader = new KeyMaterialLoader(LocaleEncoding::variable, now);
        List<KeyMaterial> keys = tls.certificates().stream()
                .flatMap(certificate -> loader.load(certificate, findings).stream())
                .toList();
        keys.forEach(key -> expiries.add(new CertificateExpiry(key.name(), "client", key.notAfter())));
        boolean anchored = tls.verify() == BackendTlsConfig.Verify.FULL;
        TrustAnchors anchors = TrustAnchors.load(anchored ? tls.trustAnchors() : List.of(), tls.where(), now, findings);
        anchors.sources()
                .forEach(source -> source.certificates().stream()
                        .map(certificate -> new CertificateExpiry(
                                source.name(),
                                "trust_anchor",
                                certificate.getNotAfter().toInstant()))
                        .forEach(expiries::add));
        if (!findings.problems().isEmpty()) {
            return null;
        }
        try {
            BackendTlsContext built = BackendTlsContext.build(
                    tls.serverName(),
                    new ServerTrust(tls, anchors, InstantSource.system()),
                    protocols,
                    keys,
                    services.keyLog(),
                    services.contexts());
            memory.add(built::release);
            return built;
        } catch (SSLException e) {
            problems.add(new ConfigProblem(
                    tls.where(), "backends." + backend.name() + ".tls", "BoringSSL refuses it: " + e.getMessage()));
            return null;
        }
    }
}
