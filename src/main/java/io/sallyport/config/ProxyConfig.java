package io.sallyport.config;

import io.sallyport.config.hocon.RestartKeys;
import io.sallyport.config.hocon.Section;
import io.sallyport.config.tls.AcmeConfig;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.TrustAnchorConfig;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.TransportChoice;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A whole configuration. Listener and backend names are unique, and every listener's backend exists.
 *
 * @param eventLoops threads that move bytes; 0 means one for each processor
 * @param transport what they run on
 * @param restartKeys those of all these keys that a reload cannot change
 */
public record ProxyConfig(
        Map<String, ListenerConfig> listeners,
        Map<String, BackendConfig> backends,
        int eventLoops,
        TransportChoice transport,
        DnsConfig dns,
        SpiffeConfig spiffe,
        ProcessLimitsConfig limits,
        AdminConfig admin,
        MetricsConfig metrics,
        LogConfig log,
        AccessLogConfig accessLog,
        DrainConfig drain,
        ReloadConfig reload,
        RestartKeys restartKeys) {

    public ProxyConfig {
        listeners = Collections.unmodifiableMap(new TreeMap<>(listeners));
        backends = Collections.unmodifiableMap(new TreeMap<>(backends));
    }

    static ProxyConfig read(Section section) {
        Defaults defaults = section.child("defaults", Defaults::read);
        Map<String, BackendConfig> backends = section.named("backends", defaults.backend(), BackendConfig::read);
        Map<String, AcmeConfig> authorities = AcmeConfig.readAll(section, defaults.acme());
        Map<String, ListenerConfig> listeners = section.named(
                "listeners",
                defaults.listener(),
                (name, listener) -> checked(ListenerConfig.read(name, listener, authorities), listener, backends));
        if (listeners.isEmpty()) {
            section.problem("listeners", "none (expected: at least one)");
        }
        checkRedirects(section.child("listeners"), listeners);
        checkChallenges(section.child("acme"), listeners);
        AdminConfig admin = section.child("admin", AdminConfig::read);
        MetricsConfig metrics = section.child("metrics", child -> readMetrics(child, admin));
        return new ProxyConfig(
                listeners,
                backends,
                section.fixed().integer("event-loops", 0, 1024),
                section.fixed().choice("transport", TransportChoice.class),
                section.child("dns", DnsConfig::read),
                section.child("spiffe", child -> readSpiffe(child, listeners, backends)),
                section.child("limits", ProcessLimitsConfig::read),
                admin,
                metrics,
                section.child("log", LogConfig::read),
                section.child("access-log", AccessLogConfig::read),
                section.child("drain", DrainConfig::read),
                section.child("reload", ReloadConfig::read),
                // Behind all that is read.
                section.restartKeys());
    }

    private static ListenerConfig checked(
            ListenerConfig listener, Section section, Map<String, BackendConfig> backends) {
        checkBackend(section, listener.backend(), backends);
        listener.routes().forEach(route -> checkBackend(section, route.backend(), backends));
        return listener;
    }

    /** A redirect to nothing would refuse everybody. */
    private static void checkRedirects(Section section, Map<String, ListenerConfig> listeners) {
        if (listeners.values().stream().anyMatch(ListenerConfig::takesTls)) {
            return;
        }
        listeners.values().stream()
                .filter(ListenerConfig::redirects)
                .forEach(each -> section.child(each.name())
                        .problem("redirect", "https, and no listener has TLS (expected: one that it leads to)"));
    }

    /** An authority that comes by plain HTTP would meet nobody. */
    private static void checkChallenges(Section section, Map<String, ListenerConfig> listeners) {
        if (listeners.values().stream().anyMatch(ListenerConfig::redirects)) {
            return;
        }
        CertificateConfig.Acme.among(listeners.values().stream().flatMap(each -> each.certificates().stream())).stream()
                .map(CertificateConfig.Acme::authority)
                .filter(each -> each.challenge() == AcmeConfig.Challenge.HTTP_01)
                .distinct()
                .forEach(each -> section.child(each.name())
                        .problem(
                                "challenge",
                                "http-01 without a listener for plain HTTP (expected: one with redirect = https, where port 80 of"
                                        + " each name leads to)"));
    }

    private static SpiffeConfig readSpiffe(
            Section section, Map<String, ListenerConfig> listeners, Map<String, BackendConfig> backends) {
        SpiffeConfig spiffe = SpiffeConfig.read(section);
        if (spiffe.endpoint() == null && !section.has("endpoint-socket") && usesSpiffe(listeners, backends)) {
            section.problem(
                    "endpoint-socket",
                    "missing (expected: unix:///path of the SPIFFE Workload API, here or in SPIFFE_ENDPOINT_SOCKET)");
        }
        return spiffe;
    }

    /** Whether an identity of this workload is shown or trust domains are trusted. */
    public boolean usesSpiffe() {
        return usesSpiffe(listeners, backends);
    }

    private static boolean usesSpiffe(Map<String, ListenerConfig> listeners, Map<String, BackendConfig> backends) {
        return Stream.concat(
                                listeners.values().stream().flatMap(each -> each.certificates().stream()),
                                backends.values().stream().flatMap(each -> each.certificates().stream()))
                        .anyMatch(CertificateConfig.Spiffe.class::isInstance)
                || Stream.concat(
                                listeners.values().stream().flatMap(each -> each.trustAnchors().stream()),
                                backends.values().stream().flatMap(each -> each.trustAnchors().stream()))
                        .anyMatch(TrustAnchorConfig.Spiffe.class::isInstance);
    }

    private static MetricsConfig readMetrics(Section section, AdminConfig admin) {
        MetricsConfig metrics = MetricsConfig.read(section);
        HostPort bind = metrics.bind();
        if (bind != null && bind.port() != 0 && bind.equals(admin.bind())) {
            section.problem("bind", "\"" + bind + "\" (expected: another address than admin.bind, or \"\")");
        }
        return metrics;
    }

    private static void checkBackend(Section section, @Nullable String backend, Map<String, BackendConfig> backends) {
        if (backend != null && !backend.isEmpty() && !backends.containsKey(backend)) {
            section.problem("backend", "\"" + backend + "\" (expected: one of the backends " + backends.keySet() + ")");
        }
    }

    private record Defaults(Section listener, Section backend, Section acme) {
        static Defaults read(Section section) {
            return new Defaults(section.child("listener"), section.child("backend"), section.child("acme"));
        }
    }
}
