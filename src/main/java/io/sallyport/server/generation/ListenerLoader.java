package io.sallyport.server.generation;

import io.sallyport.config.BackendConfig;
import io.sallyport.config.ConfigFiles;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.RouteConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.hocon.LocaleEncoding;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.SessionConfig;
import io.sallyport.config.tls.TlsConfig;
import io.sallyport.connection.ListenerVersion;
import io.sallyport.metrics.Meters.CertificateExpiry;
import io.sallyport.server.generation.StagedListener.Route;
import io.sallyport.server.reload.Content;
import io.sallyport.tls.context.SessionIdContext;
import io.sallyport.tls.context.TicketKeys;
import io.sallyport.tls.context.TlsContext;
import io.sallyport.tls.context.TlsContexts;
import io.sallyport.tls.context.TlsPolicy;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.material.OcspResponses;
import io.sallyport.tls.path.AuthorityNames;
import io.sallyport.tls.path.Crls;
import io.sallyport.tls.path.TrustAnchors;
import io.sallyport.tls.source.KeyMaterialLoader;
import io.sallyport.tls.trust.ClientTrust;
import io.sallyport.tls.trust.NoClientCertificates;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Loads the routes of one listener with their TLS material. Used once. */
final class ListenerLoader {
    private final ListenerConfig listener;
    private final Content content;
    private final Instant now;
    private final KeyMaterialLoader keyMaterial;
    private final Findings findings;
    private final List<ConfigProblem> problems;
    private final LoaderServices services;
    private final @Nullable Serving serving;
    private final NativeMemory memory;
    private final Map<CertificateConfig, Optional<KeyMaterial>> keys = new HashMap<>();
    private final Map<TlsConfig, TlsContexts> contexts = new HashMap<>();
    private final List<Crls.NextUpdate> revocationLists = new ArrayList<>();
    private final Set<CertificateExpiry> expiries = new TreeSet<>(CertificateExpiry.ORDER);

    ListenerLoader(
            ListenerConfig listener,
            Content content,
            LoaderServices services,
            @Nullable Serving serving,
            Instant now,
            NativeMemory memory,
            Findings findings,
            List<ConfigProblem> problems) {
        this.listener = listener;
        this.content = content;
        this.now = now;
        this.keyMaterial = new KeyMaterialLoader(LocaleEncoding::variable, now);
        this.findings = findings;
        this.problems = problems;
        this.services = services;
        this.serving = serving;
        this.memory = memory;
    }

    /** The end dates of the certificates that were loaded. */
    Set<CertificateExpiry> expiries() {
        return expiries;
    }

    /** When the revocation lists that were loaded are due to be replaced. */
    List<Crls.NextUpdate> revocationLists() {
        return revocationLists;
    }

    /** Loads; where problems were found, what is returned is of no use. */
    StagedListener load() {
        TlsConfig tls = listener.tls();
        List<Route> routes = new ArrayList<>();
        for (RouteConfig route : listener.routes()) {
            routes.add(new Route(
                    route.serverNames(),
                    route.alpn(),
                    route.backend(),
                    route.passthrough() ? null : contexts(route.tls()),
                    route.tls().alpn()));
        }
        String backend = listener.backend();
        @Nullable Route fallback = null;
        if (backend != null) {
            fallback = listener.plain()
                    ? new Route(List.of(), List.of(), backend, null, List.of())
                    : new Route(List.of(), List.of(), backend, contexts(tls), tls.alpn());
        }
        return new StagedListener(listener, routes, fallback, ticketKeys(), version());
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
                            findings)
                    .orElse(null);
        }
        @Nullable
        TicketKeys before = serving == null ? null : serving.tickets().keys().get(listener.name());
        return before != null && before.isRandom(session.rotate()) ? before : TicketKeys.random(session.rotate());
    }

    private ListenerVersion version() {
        Set<String> names = new TreeSet<>();
        listener.routes().forEach(route -> names.add(route.backend()));
        if (listener.backend() != null) {
            names.add(listener.backend());
        }
        Set<Path> files = new TreeSet<>(ConfigFiles.of(listener));
        List<BackendConfig> backends = new ArrayList<>();
        for (String name : names) {
            @Nullable BackendConfig backend = content.config().backends().get(name);
            if (backend != null) {
                backends.add(backend);
                files.addAll(ConfigFiles.of(backend));
            }
        }
        return new ListenerVersion(listener, backends, content.hashOf(files));
    }

    private @Nullable TlsContexts contexts(TlsConfig tls) {
        TlsContexts known = contexts.get(tls);
        if (known != null) {
            return known;
        }
        TlsContexts built = build(tls);
        if (built != null) {
            memory.add(built::release);
            contexts.put(tls, built);
        }
        return built;
    }

    private @Nullable TlsContexts build(TlsConfig tls) {
        List<KeyMaterial> material = new ArrayList<>();
        for (CertificateConfig certificate : tls.certificates()) {
            keys.computeIfAbsent(certificate, each -> keyMaterial.load(each, findings))
                    .ifPresent(material::add);
        }
        material.forEach(key -> expiries.add(new CertificateExpiry(key.name(), "server", key.notAfter())));
        ClientAuthConfig clientAuth = tls.clientAuth();
        TrustAnchors anchors = TrustAnchors.load(clientAuth.trustAnchors(), clientAuth.where(), now, findings);
        if (clientAuth.sendCaNames() && clientAuth.mode() != ClientAuthConfig.Mode.PINNED) {
            AuthorityNames.tell(anchors.certificates(), findings, clientAuth.where());
        }
        Crls crls = Crls.load(clientAuth.crls(), anchors, clientAuth.crlPolicy(), clientAuth.where(), now, findings);
        revocationLists.addAll(crls.nextUpdates());
        anchors.sources()
                .forEach(source -> source.certificates().stream()
                        .map(certificate -> new CertificateExpiry(
                                source.name(),
                                "trust_anchor",
                                certificate.getNotAfter().toInstant()))
                        .forEach(expiries::add));
        OcspResponses ocsp =
                OcspResponses.load(tls.ocspResponses(), material, tls.policy().where(), now, findings);
        if (material.isEmpty() || !findings.problems().isEmpty()) {
            return null;
        }
        try {
            return TlsContexts.build(
                    new TlsContext.Settings(
                            TlsPolicy.of(tls.policy()),
                            clientAuth.mode(),
                            clientAuth.mode() == ClientAuthConfig.Mode.NONE
                                    ? new NoClientCertificates()
                                    : new ClientTrust(clientAuth, anchors, crls, InstantSource.system()),
                            tls.session(),
                            SessionIdContext.of(listener.name(), clientAuth, anchors),
                            tls.alpn(),
                            ocsp,
                            services.keyLog(),
                            services.contexts(),
                            tls.rsaSigning(),
                            services.accelerator()),
                    material);
        } catch (IllegalArgumentException e) {
            problems.add(new ConfigProblem(
                    tls.policy().where(), "listeners." + listener.name() + ".tls", String.valueOf(e.getMessage())));
        } catch (SSLException e) {
            problems.add(new ConfigProblem(
                    tls.policy().where(),
                    "listeners." + listener.name() + ".tls",
                    "BoringSSL refuses it: " + e.getMessage()));
        }
        return null;
    }
}
