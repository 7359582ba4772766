package io.sallyport.server;

import io.sallyport.backend.Backend;
import io.sallyport.backend.BackendServer;
import io.sallyport.config.BackendConfig;
import io.sallyport.config.CertificateConfig;
import io.sallyport.config.ClientAuthConfig;
import io.sallyport.config.ConfigProblem;
import io.sallyport.config.HostPort;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.TlsConfig;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.observe.ConnectionLog;
import io.sallyport.observe.Meters;
import io.sallyport.observe.Meters.CertificateExpiry;
import io.sallyport.tls.ClientTrust;
import io.sallyport.tls.Findings;
import io.sallyport.tls.KeyMaterial;
import io.sallyport.tls.KeyMaterialLoader;
import io.sallyport.tls.NoClientCertificates;
import io.sallyport.tls.SessionIdContext;
import io.sallyport.tls.TlsContext;
import io.sallyport.tls.TlsPolicy;
import io.sallyport.tls.TrustAnchors;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Turns a configuration into a generation. Reads files and names: slow, and never on an event loop. Used once. */
final class GenerationLoader {
    private final ProxyConfig config;
    private final Meters meters;
    private final ConnectionLog log;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final List<ConfigProblem> unresolved = new ArrayList<>();
    private final Findings findings = new Findings();
    private final Instant now = Instant.now();
    private final KeyMaterialLoader keyMaterial = new KeyMaterialLoader(System::getenv, now);
    private final List<CertificateExpiry> certificates = new ArrayList<>();

    GenerationLoader(ProxyConfig config, Meters meters, ConnectionLog log) {
        this.config = config;
        this.meters = meters;
        this.log = log;
    }

    /**
     * Loads everything.
     *
     * @throws StartException with every problem; nothing native is left then
     */
    Generation load() throws StartException {
        Map<String, Backend> backends = new TreeMap<>();
        config.backends().forEach((name, backend) -> backends.put(name, backend(backend)));
        Map<String, ListenerSettings> listeners = new TreeMap<>();
        for (ListenerConfig listener : config.listeners().values()) {
            TlsContext context = context(listener);
            if (context != null) {
                listeners.put(listener.name(), settings(listener, context, backends));
            }
        }
        Generation generation = new Generation(listeners, certificates);
        List<ConfigProblem> all =
                Stream.concat(findings.problems().stream(), problems.stream()).toList();
        if (!all.isEmpty()) {
            generation.release();
            throw new StartException(all);
        }
        return generation;
    }

    /** What is doubtful but no reason not to start, one a line. */
    List<String> warnings() {
        return Stream.of(findings.warnings(), findings.notes(), unresolved)
                .flatMap(List::stream)
                .map(ConfigProblem::toString)
                .toList();
    }

    /** Names of servers that have no address now. */
    List<ConfigProblem> unresolved() {
        return List.copyOf(unresolved);
    }

    private ListenerSettings settings(ListenerConfig listener, TlsContext context, Map<String, Backend> backends) {
        return new ListenerSettings(
                listener.name(),
                context,
                listener.tls().clientAuth().mode(),
                Objects.requireNonNull(backends.get(listener.backend())),
                listener.timeouts(),
                listener.tls().recordPath() == TlsConfig.RecordPath.DIRECT,
                meters.listener(listener.name()),
                log);
    }

    private Backend backend(BackendConfig backend) {
        List<BackendServer> servers = backend.servers().stream()
                .map(address -> server(backend.name(), address))
                .toList();
        return new Backend(
                backend.name(),
                servers,
                Math.toIntExact(backend.connectTimeout().toMillis()));
    }

    private BackendServer server(String backend, HostPort address) {
        BackendServer server = new BackendServer(address, meters.backend(backend, address.toString()));
        try {
            server.resolve();
        } catch (UnknownHostException e) {
            unresolved.add(new ConfigProblem(
                    "", "backends." + backend + ".servers", "\"" + address + "\": the name has no address"));
        }
        return server;
    }

    private @Nullable TlsContext context(ListenerConfig listener) {
        TlsConfig tls = listener.tls();
        List<KeyMaterial> keys = new ArrayList<>();
        for (CertificateConfig certificate : tls.certificates()) {
            keyMaterial.load(certificate, findings).ifPresent(keys::add);
        }
        keys.forEach(key -> certificates.add(new CertificateExpiry(key.name(), "server", key.notAfter())));
        ClientAuthConfig clientAuth = tls.clientAuth();
        TrustAnchors anchors = TrustAnchors.load(clientAuth.trustAnchors(), "", now, findings);
        certificates.addAll(expiries(anchors));
        if (keys.isEmpty() || !findings.problems().isEmpty()) {
            return null;
        }
        try {
            return TlsContext.build(
                    TlsPolicy.of(tls.profile()),
                    keys,
                    clientAuth.mode(),
                    clientAuth.mode() == ClientAuthConfig.Mode.NONE
                            ? new NoClientCertificates()
                            : new ClientTrust(anchors, clientAuth),
                    tls.session(),
                    SessionIdContext.of(listener.name(), clientAuth, anchors));
        } catch (SSLException e) {
            problems.add(new ConfigProblem(
                    "", "listeners." + listener.name() + ".tls", "BoringSSL refuses it: " + e.getMessage()));
            return null;
        }
    }

    private static List<CertificateExpiry> expiries(TrustAnchors anchors) {
        return anchors.sources().stream()
                .flatMap(source -> source.certificates().stream()
                        .map(certificate -> new CertificateExpiry(
                                source.name(),
                                "trust_anchor",
                                certificate.getNotAfter().toInstant())))
                .toList();
    }
}
