package io.sallyport.server;

import io.netty.util.concurrent.Future;
import io.sallyport.backend.Backend;
import io.sallyport.backend.BackendRuntime;
import io.sallyport.backend.BackendServer;
import io.sallyport.backend.NameResolver;
import io.sallyport.backend.PoolMember;
import io.sallyport.config.BackendConfig;
import io.sallyport.config.BackendTlsConfig;
import io.sallyport.config.ConfigProblem;
import io.sallyport.config.LocaleEncoding;
import io.sallyport.config.ProxyConfig;
import io.sallyport.observe.Meters.CertificateExpiry;
import io.sallyport.tls.BackendTlsContext;
import io.sallyport.tls.Findings;
import io.sallyport.tls.KeyMaterial;
import io.sallyport.tls.KeyMaterialLoader;
import io.sallyport.tls.ServerTrust;
import io.sallyport.tls.TrustAnchors;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Loads the backends: their TLS material, and what their servers' names mean. Used once. */
final class BackendLoader {
    /** Names are asked for all at once; a name server that does not answer must not hold the start for ever. */
    private static final int NAMES_SECONDS = 10;

    private final ProxyConfig config;
    private final Lasting lasting;
    private final BackendRuntime runtime;
    private final Instant now;
    private final Findings findings;
    private final List<ConfigProblem> problems;
    private final NameResolver names;
    private final List<ConfigProblem> unresolved = new ArrayList<>();
    private final Set<CertificateExpiry> expiries = new TreeSet<>(CertificateExpiry.ORDER);

    BackendLoader(ProxyConfig config, Lasting lasting, Instant now, Findings findings, List<ConfigProblem> problems) {
        this.config = config;
        this.lasting = lasting;
        this.runtime = lasting.backends();
        this.now = now;
        this.findings = findings;
        this.problems = problems;
        this.names = new NameResolver(runtime.loop(), config.dns());
    }

    /** Names of servers that have no address now. */
    List<ConfigProblem> unresolved() {
        return unresolved;
    }

    /** The end dates of the certificates that were loaded. */
    Set<CertificateExpiry> expiries() {
        return expiries;
    }

    /** Loads; where problems were found, what is returned is only good to be released. */
    Map<String, Backend> load() {
        Map<String, List<PoolMember>> members = new TreeMap<>();
        config.backends().forEach((name, backend) -> members.put(name, members(backend)));
        lookUp(members);
        Set<String> protocols = protocols();
        Map<String, Backend> backends = new TreeMap<>();
        config.backends()
                .forEach((name, backend) -> backends.put(
                        name,
                        new Backend(
                                backend,
                                members.getOrDefault(name, List.of()),
                                tls(backend, protocols),
                                runtime,
                                names)));
        return backends;
    }

    private List<PoolMember> members(BackendConfig backend) {
        return backend.servers().stream()
                .map(server -> new PoolMember(
                        runtime.server(backend.name(), server.address(), lasting.meters()),
                        server.weight(),
                        server.backup()))
                .toList();
    }

    /** Servers that serve already have their addresses, and look after them themselves. */
    private void lookUp(Map<String, List<PoolMember>> members) {
        Map<BackendServer, Future<NameResolver.Answer>> asked = new LinkedHashMap<>();
        members.values().stream()
                .flatMap(List::stream)
                .map(PoolMember::server)
                .filter(server -> server.endpoints().isEmpty())
                .forEach(server -> server.name().ifPresent(name -> asked.put(server, names.resolve(name))));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(NAMES_SECONDS);
        asked.forEach((server, answer) -> {
            answer.awaitUninterruptibly(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (answer.isSuccess()) {
                server.found(answer.getNow());
            } else {
                server.notFound(
                        answer.isDone()
                                ? String.valueOf(answer.cause().getMessage())
                                : "no answer within " + NAMES_SECONDS + "s");
            }
        });
        members.forEach((backend, servers) -> servers.stream()
                .filter(member -> member.server().endpoints().isEmpty())
                .forEach(member -> unresolved.add(new ConfigProblem(
                        "",
                        "backends." + backend + ".servers",
                        "\"" + member.server() + "\": the name has no address: "
                                + member.server().unresolved()))));
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
            return BackendTlsContext.build(
                    tls.serverName(),
                    new ServerTrust(tls, anchors, InstantSource.system()),
                    protocols,
                    keys,
                    lasting.keyLog(),
                    lasting.contexts());
        } catch (SSLException e) {
            problems.add(new ConfigProblem(
                    tls.where(), "backends." + backend.name() + ".tls", "BoringSSL refuses it: " + e.getMessage()));
            return null;
        }
    }
}
