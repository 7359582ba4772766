package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import io.sallyport.config.tls.AcmeConfig;
import io.sallyport.config.tls.TlsConfig;
import io.sallyport.config.value.StartTls;
import java.net.IDN;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the connections go that ask for certain names or protocols.
 *
 * @param serverNames exact names, {@code *.rest} and {@code **.rest}; empty: every name
 * @param alpn application protocols of which the client offers one; empty: whatever it offers
 * @param sources the clients that it takes
 * @param backend the key under {@code backends}
 * @param passthrough whether the TLS stream goes to the backend untouched
 * @param tls the listener's, with what the route says instead
 */
public record RouteConfig(
        List<String> serverNames,
        List<String> alpn,
        SourcesConfig sources,
        String backend,
        boolean passthrough,
        TlsConfig tls) {
    /** What a route may say of TLS. */
    private static final Set<String> OVERRIDES = Set.of("certificates", "client-auth", "alpn");

    private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?");

    public RouteConfig {
        serverNames = List.copyOf(serverNames);
        alpn = List.copyOf(alpn);
    }

    static RouteConfig read(
            Section section, Section listenerTls, StartTls startTls, Map<String, AcmeConfig> authorities) {
        List<String> names = section.live()
                .parsedList("server-names", "a host name, *.rest for one label, or **.rest for any", RouteConfig::name);
        List<String> alpn = section.live().parsedList("alpn", TlsConfig.ALPN_RULE, TlsConfig::protocol);
        SourcesConfig sources = section.child("sources", SourcesConfig::read);
        if (names.isEmpty() && alpn.isEmpty() && sources.isEmpty()) {
            section.problem("server-names", "none, nor alpn, nor sources (expected: at least one of them)");
        }
        boolean passthrough = section.has("passthrough") && section.live().bool("passthrough");
        if (passthrough && section.has("tls")) {
            section.problem("tls", "given for a route with passthrough (expected: none, its TLS is the backend's)");
        }
        return new RouteConfig(
                names,
                alpn,
                sources,
                section.live().string("backend"),
                passthrough,
                section.overlay("tls", listenerTls, OVERRIDES)
                        .readBy(each -> TlsConfig.read(each, startTls, authorities)));
    }

    private static String name(String text) {
        String wildcard =
                Stream.of("**.", "*.").filter(text::startsWith).findFirst().orElse("");
        String host = IDN.toASCII(text.substring(wildcard.length())).toLowerCase(Locale.ROOT);
        String trimmed = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        for (String label : trimmed.split("\\.", -1)) {
            if (!LABEL.matcher(label).matches()) {
                throw new IllegalArgumentException(text);
            }
        }
        return wildcard + trimmed;
    }
}
