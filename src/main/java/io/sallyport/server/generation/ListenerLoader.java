package io.sallyport.server.generation;

import io.sallyport.config.BackendConfig;
import io.sallyport.config.ConfigFiles;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.RouteConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.config.tls.SessionConfig;
import io.sallyport.config.tls.TlsConfig;
import io.sallyport.config.tls.TrustAnchorConfig;
import io.sallyport.connection.ListenerVersion;
import io.sallyport.server.generation.StagedListener.Route;
import io.sallyport.sources.Sources;
import io.sallyport.tls.context.ContextSettings;
import io.sallyport.tls.context.SessionIdContext;
import io.sallyport.tls.context.TicketKeys;
import io.sallyport.tls.context.TlsContexts;
import io.sallyport.tls.context.TlsPolicy;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.material.OcspResponses;
import io.sallyport.tls.material.StandIn;
import io.sallyport.tls.path.AuthorityNames;
import io.sallyport.tls.path.Crls;
import io.sallyport.tls.path.TrustAnchors;
import io.sallyport.tls.trust.ClientTrust;
import io.sallyport.tls.trust.NoClientCertificates;
import io.sallyport.tls.trust.UnverifiedClients;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Loads the routes of one listener with their TLS material. Used once. */
final class ListenerLoader {
    private final ListenerConfig listener;
    private final LoadRun run;
    private final Map<CertificateConfig, List<KeyMaterial>> keys = new HashMap<>();
    private final Map<TlsConfig, TlsContexts> contexts = new HashMap<>();
    private final List<Expiries> expiries = new ArrayList<>();
    private boolean standsIn;
    private boolean awaitsLists;

    ListenerLoader(ListenerConfig listener, LoadRun run) {
        this.listener = listener;
        this.run = run;
    }

    /**
     * What contexts are made from beside keys and settings, by value.
     *
     * @param files a hash of the revocation lists, and of the ticket secret: sessions that are cached end with it, too
     */
    private record Basis(ClientAuthConfig rules, TrustAnchors anchors, String files) {}

    /** Loads; where problems were found, what is returned is of no use. */
    StagedListener load() {
        TlsConfig tls = listener.tls();
        List<Route> routes = new ArrayList<>();
        for (RouteConfig route : listener.routes()) {
            routes.add(new Route(
                    route.serverNames(),
                    route.alpn(),
                    run.sources().load(route.sources()),
                    route.backend(),
                    route.passthrough() ? null : contexts(route.tls()),
                    route.tls().alpn()));
        }
        String backend = listener.backend();
        @Nullable Route fallback = null;
        if (backend != null) {
            fallback = listener.plain()
                    ? new Route(List.of(), List.of(), Sources.ALL, backend, null, List.of())
                    : new Route(List.of(), List.of(), Sources.ALL, backend, contexts(tls), tls.alpn());
        }
        return new StagedListener(
                listener,
                run.sources().load(listener.sources()),
                routes,
                fallback,
                ticketKeys(),
                Expiries.all(expiries),
                standsIn,
                awaitsLists,
                version());
    }

    /** Random ones outlive a reload, so that sessions do too. */
    private @Nullable TicketKeys ticketKeys() {
        SessionConfig session = listener.tls().session();
        if (listener.plain() || session.tickets() == SessionConfig.Tickets.OFF) {
            return null;
        }
        if (session.ticketSecretFile() != null) {
            return TicketKeys.fromFile(
                            session.ticketSecretFile(),
                            session.rotate(),
                            listener.tls().policy().where(),
                            run.findings())
                    .orElse(null);
        }
        @Nullable
        TicketKeys before =
                run.serving() == null ? null : run.serving().tickets().keys().get(listener.name());
        return before != null && before.isRandom(session.rotate()) ? before : TicketKeys.random(session.rotate());
    }

    /** By value what would be loaded. */
    ListenerVersion version() {
        Set<String> names = new TreeSet<>();
        listener.routes().forEach(route -> names.add(route.backend()));
        if (listener.backend() != null) {
            names.add(listener.backend());
        }
        Set<Path> files = new TreeSet<>(ConfigFiles.of(listener));
        List<CertificateConfig> certificates = new ArrayList<>(listener.certificates());
        List<TrustAnchorConfig> anchors = new ArrayList<>(listener.trustAnchors());
        List<BackendConfig> backends = new ArrayList<>();
        for (String name : names) {
            @Nullable BackendConfig backend = run.config().backends().get(name);
            if (backend != null) {
                backends.add(backend);
                files.addAll(ConfigFiles.of(backend));
                certificates.addAll(backend.certificates());
                anchors.addAll(backend.trustAnchors());
            }
        }
        return new ListenerVersion(listener, backends, run.content().hashOf(files, certificates, anchors));
    }

    private @Nullable TlsContexts contexts(TlsConfig tls) {
        TlsContexts known = contexts.get(tls);
        if (known != null) {
            return known;
        }
        TlsContexts built = build(tls);
        if (built != null) {
            contexts.put(tls, built);
        }
        return built;
    }

    private List<KeyMaterial> keys(TlsConfig tls) {
        List<KeyMaterial> all = new ArrayList<>();
        for (CertificateConfig certificate : tls.certificates()) {
            // Once for each entry, or each route would report the same fault.
            all.addAll(keys.computeIfAbsent(certificate, run::keys));
        }
        return all;
    }

    /** The names of all certificates that an authority issues. */
    private static List<String> ordered(TlsConfig tls) {
        return tls.certificates().stream()
                .flatMap(each -> each instanceof CertificateConfig.Acme acme ? acme.names().stream() : Stream.of())
                .distinct()
                .toList();
    }

    private boolean awaitsSvid(TlsConfig tls) {
        return run.awaited() != null
                && tls.certificates().stream().anyMatch(CertificateConfig.Spiffe.class::isInstance);
    }

    private @Nullable TlsContexts build(TlsConfig tls) {
        Findings findings = run.findings();
        List<KeyMaterial> material = keys(tls);
        ClientAuthConfig clientAuth = tls.clientAuth();
        TrustAnchors anchors = TrustAnchors.load(
                clientAuth.trustAnchors(), clientAuth.where(), run.now(), findings, run.trustDomains());
        if (clientAuth.sendCaNames() && clientAuth.mode() != ClientAuthConfig.Mode.PINNED) {
            AuthorityNames.tell(anchors.certificates(), findings, clientAuth.where());
        }
        Crls crls = Crls.load(clientAuth, anchors, run.now(), findings);
        awaitsLists |= !crls.awaited().isEmpty();
        expiries.add(Expiries.of(material, "server", anchors, crls));
        List<String> ordered = ordered(tls);
        boolean awaited = !ordered.isEmpty() || awaitsSvid(tls);
        if (material.isEmpty() && awaited && findings.problems().isEmpty()) {
            material = List.of(StandIn.create(ordered));
            standsIn = true;
        }
        OcspResponses ocsp =
                OcspResponses.load(tls.ocspResponses(), material, tls.policy().where(), run.now(), findings);
        if (material.isEmpty()
                && !tls.certificates().isEmpty()
                && findings.problems().isEmpty()) {
            // A route without contexts would be one that does not end TLS.
            run.problems()
                    .add(new ConfigProblem(
                            tls.policy().where(),
                            "listeners." + listener.name() + ".tls.certificates",
                            "none of its folders has a certificate that can be used (expected: at least one)"));
        }
        if (material.isEmpty() || !findings.problems().isEmpty()) {
            return null;
        }
        try {
            return TlsContexts.build(settings(tls, anchors, crls), material, ocsp, run.pool());
        } catch (IllegalArgumentException e) {
            run.problems()
                    .add(new ConfigProblem(
                            tls.policy().where(),
                            "listeners." + listener.name() + ".tls",
                            String.valueOf(e.getMessage())));
        } catch (SSLException e) {
            run.problems()
                    .add(new ConfigProblem(
                            tls.policy().where(),
                            "listeners." + listener.name() + ".tls",
                            "BoringSSL refuses it: " + e.getMessage()));
        }
        return null;
    }

    private X509TrustManager trust(ClientAuthConfig clientAuth, TrustAnchors anchors, Crls crls) {
        return switch (clientAuth.mode()) {
            case NONE -> new NoClientCertificates();
            case UNVERIFIED -> new UnverifiedClients(clientAuth, anchors);
            case REQUEST, REQUIRE, PINNED -> clientTrust(clientAuth, anchors, crls);
        };
    }

    private ClientTrust clientTrust(ClientAuthConfig clientAuth, TrustAnchors anchors, Crls crls) {
        CrlFetchConfig fetched = clientAuth.fetchedCrls();
        return fetched.distributionPoints()
                ? new ClientTrust(
                        clientAuth,
                        anchors,
                        crls,
                        InstantSource.system(),
                        path -> run.services().points().add(fetched, path))
                : new ClientTrust(clientAuth, anchors, crls, InstantSource.system());
    }

    private ContextSettings settings(TlsConfig tls, TrustAnchors anchors, Crls crls) {
        ClientAuthConfig clientAuth = tls.clientAuth();
        LoaderServices services = run.services();
        List<Path> files = new ArrayList<>(ConfigFiles.revocationLists(clientAuth));
        if (tls.session().ticketSecretFile() != null) {
            files.add(tls.session().ticketSecretFile());
        }
        return new ContextSettings(
                TlsPolicy.of(tls.policy()),
                clientAuth.mode(),
                trust(clientAuth, anchors, crls),
                new Basis(clientAuth, anchors, run.content().hashOf(files, List.of(), List.of())),
                tls.session(),
                SessionIdContext.of(listener.name(), clientAuth, anchors),
                tls.alpn(),
                services.keyLog(),
                services.contexts(),
                tls.rsaSigning(),
                services.accelerator());
    }
}
