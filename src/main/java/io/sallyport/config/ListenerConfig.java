package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import io.sallyport.config.tls.AcmeConfig;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.TlsConfig;
import io.sallyport.config.tls.TrustAnchorConfig;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.config.value.Redirect;
import io.sallyport.config.value.StartTls;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A bound socket and what is done with its connections.
 *
 * @param name the key under {@code listeners}
 * @param bind where it listens
 * @param proxyProtocol whose connections begin with a PROXY protocol header
 * @param sources whose connections are taken
 * @param startTls what its clients say before TLS
 * @param redirect where its clients are told to come instead
 * @param plain whether its connections are plain TCP or HTTP; then {@code tls} says nothing
 * @param backend the key under {@code backends} for what no route takes; null: that is refused
 * @param routes by specificity of the name, then in this order
 */
public record ListenerConfig(
        String name,
        NetworkAddress bind,
        AcceptProxyProtocolConfig proxyProtocol,
        SourcesConfig sources,
        @Nullable String backend,
        StartTls startTls,
        Redirect redirect,
        boolean plain,
        TlsConfig tls,
        List<RouteConfig> routes,
        LimitsConfig limits,
        TimeoutsConfig timeouts) {

    public ListenerConfig {
        routes = List.copyOf(routes);
    }

    static ListenerConfig read(String name, Section section, Map<String, AcmeConfig> authorities) {
        Section tls = section.child("tls");
        StartTls startTls = section.live().choice("starttls", StartTls.class);
        ListenerConfig listener = new ListenerConfig(
                name,
                section.live()
                        .parsed(
                                "bind",
                                NetworkAddress.BIND_RULE,
                                text -> NetworkAddress.parseBind(text, section.directory()),
                                new NetworkAddress.Tcp(new HostPort("127.0.0.1", 0))),
                section.child("proxy-protocol", AcceptProxyProtocolConfig::read),
                section.child("sources", SourcesConfig::read),
                section.live().optionalString("backend"),
                startTls,
                section.live().choice("redirect", Redirect.class),
                // A route is chosen by the ClientHello, so a listener with routes terminates TLS.
                !section.isWritten("tls") && !section.isWritten("routes"),
                tls.readBy(each -> TlsConfig.read(each, startTls, authorities)),
                section.sections("routes", route -> RouteConfig.read(route, tls, startTls, authorities)),
                section.child("limits", LimitsConfig::read),
                section.child("timeouts", TimeoutsConfig::read));
        listener.check(section, tls);
        return listener;
    }

    /** Those of everything that it terminates, each once. */
    public List<CertificateConfig> certificates() {
        return terminated()
                .flatMap(each -> each.certificates().stream())
                .distinct()
                .toList();
    }

    /** What the clients of everything that it terminates must end in. */
    public List<TrustAnchorConfig> trustAnchors() {
        return terminated()
                .flatMap(each -> each.clientAuth().trustAnchors().stream())
                .distinct()
                .toList();
    }

    private Stream<TlsConfig> terminated() {
        return Stream.concat(
                plain ? Stream.empty() : Stream.of(tls),
                routes.stream().filter(route -> !route.passthrough()).map(RouteConfig::tls));
    }

    /** Whether TLS reaches it, whoever ends that. */
    public boolean takesTls() {
        return !plain && redirect == Redirect.OFF;
    }

    /** Whether plain HTTP is sent on to the listeners with TLS. */
    public boolean redirects() {
        return redirect == Redirect.HTTPS;
    }

    private void check(Section section, Section tlsSection) {
        if (redirects()) {
            checkRedirect(section);
            return;
        }
        if (backend == null && routes.isEmpty()) {
            section.problem("backend", "missing (expected: the name of a backend, or routes)");
        }
        if (plain && startTls != StartTls.OFF) {
            section.problem("starttls", startTls.tag() + " without TLS (expected: tls or routes beside it, or off)");
        }
        if (plain && !sources.denyJa4().isEmpty()) {
            section.child("sources")
                    .problem("deny-ja4", sources.denyJa4() + " without TLS (expected: tls or routes beside it, or [])");
        }
        boolean terminates = !plain && (backend != null || routes.stream().anyMatch(route -> !route.passthrough()));
        if (terminates && tls.certificates().isEmpty()) {
            tlsSection.problem("certificates", "none (expected: at least one { chain = FILE, key = FILE })");
        }
    }

    /** It answers by itself: what says who else would answer has no meaning. */
    private static void checkRedirect(Section section) {
        for (String key : List.of("tls", "routes", "backend")) {
            if (section.isWritten(key)) {
                section.problem(key, "given together with redirect = https (expected: one or the other)");
            }
        }
        if (section.isWritten("starttls") && section.live().choice("starttls", StartTls.class) != StartTls.OFF) {
            section.problem("starttls", "given together with redirect = https (expected: off)");
        }
        Section sources = section.child("sources");
        if (sources.size("deny-ja4") > 0) {
            sources.problem(
                    "deny-ja4",
                    "given together with redirect = https (expected: [], plain HTTP has no such fingerprint)");
        }
    }
}
