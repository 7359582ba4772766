package io.sallyport.connection;

import io.sallyport.backend.Backend;
import io.sallyport.config.tls.TlsConfig.ServerNamePolicy;
import io.sallyport.diagnosis.Allowed;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.ClientHelloReader;
import io.sallyport.sources.Sources;
import io.sallyport.tls.context.ServerNameMap;
import io.sallyport.tls.context.TlsContext;
import io.sallyport.tls.context.TlsContexts;
import io.sallyport.tls.trust.ClientTrust;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where a connection goes, by what its ClientHello asks for. Immutable; a lookup is a few hash lookups. */
public final class RouteTable {
    /** RFC 6066 section 3. */
    private static final int UNRECOGNIZED_NAME = 112;

    /** RFC 7301 section 3.2. */
    private static final int NO_APPLICATION_PROTOCOL = 120;

    /** Refuses every client. */
    public static final RouteTable NONE =
            new RouteTable(List.of(), null, ServerNamePolicy.DEFAULT, ServerNamePolicy.DEFAULT);

    private final ServerNameMap<List<Route>> byName;
    private final List<Route> nameless;
    private final @Nullable Route fallback;
    private final List<TlsContexts> contexts;
    private final int maxClientHello;
    private final ServerNamePolicy unknownName;
    private final ServerNamePolicy missingName;

    /**
     * A table.
     *
     * @param routes in the order of the configuration
     * @param fallback for what no route takes; null: that is refused
     */
    public RouteTable(
            List<Route> routes, @Nullable Route fallback, ServerNamePolicy unknownName, ServerNamePolicy missingName) {
        Map<String, List<Route>> named = new HashMap<>();
        for (Route route : routes) {
            route.serverNames()
                    .forEach(name -> named.computeIfAbsent(name, any -> new ArrayList<>())
                            .add(route));
        }
        this.byName = ServerNameMap.ofRoutes(named);
        this.nameless =
                routes.stream().filter(route -> route.serverNames().isEmpty()).toList();
        this.fallback = fallback;
        this.contexts = Stream.concat(routes.stream(), Stream.ofNullable(fallback))
                .flatMap(route -> Stream.ofNullable(route.tls()))
                .distinct()
                .toList();
        this.maxClientHello =
                contexts.stream().mapToInt(TlsContexts::maxClientHello).max().orElse(ClientHelloReader.MAX_MESSAGE);
        this.unknownName = unknownName;
        this.missingName = missingName;
    }

    /** Bytes of the longest ClientHello that one of the routes takes. */
    int maxClientHello() {
        return maxClientHello;
    }

    /**
     * One way to go.
     *
     * @param serverNames exact ones, {@code *.rest} and {@code **.rest}; empty: every name
     * @param alpn protocols of which the client offers one; empty: whatever it offers
     * @param sources the clients that it takes
     * @param tls null: the TLS stream goes to the backend untouched
     * @param serves the protocols that the route's TLS takes; empty: none is agreed on
     */
    public record Route(
            List<String> serverNames,
            List<String> alpn,
            Sources sources,
            Backend backend,
            @Nullable TlsContexts tls,
            List<String> serves) {

        public Route {
            serverNames = List.copyOf(serverNames);
            alpn = alpn.stream().map(Route::asOnTheWire).toList();
            serves = serves.stream().map(Route::asOnTheWire).toList();
        }

        /** A ClientHello holds protocol names as one character a byte. */
        private static String asOnTheWire(String protocol) {
            return new String(protocol.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        }

        private boolean takesEverything() {
            return serverNames.isEmpty() && alpn.isEmpty();
        }

        private boolean speaksLike(ClientHello hello) {
            return alpn.isEmpty() || hello.alpn().stream().anyMatch(alpn::contains);
        }

        /** Why it does not take this client, who speaks as it should; empty: it does. */
        private Optional<String> denial(ClientHello hello, SocketAddress client) {
            return sources.denial(client).or(() -> sources.denial(hello));
        }

        private boolean takes(ClientHello hello, SocketAddress client) {
            return speaksLike(hello) && denial(hello, client).isEmpty();
        }
    }

    /** What is done with a client. */
    public sealed interface Choice {
        /** What it may choose from; null where TLS does not end here. */
        @Nullable
        Allowed allowed();

        /** Its TLS ends here. */
        record Terminate(TlsContext context, Backend backend) implements Choice {
            @Override
            public Allowed allowed() {
                return context.allowed();
            }
        }

        /** Its TLS goes to the backend untouched. */
        record PassThrough(Backend backend) implements Choice {
            @Override
            public @Nullable Allowed allowed() {
                return null;
            }
        }

        /** It is a certificate authority that looks whether a name leads here; the handshake is all that it gets. */
        record Prove(TlsContext context) implements Choice {
            @Override
            public Allowed allowed() {
                return context.allowed();
            }
        }

        /** It may not connect, from where it is or as it looks; it gets nothing. */
        record Deny(String detail) implements Choice {
            @Override
            public @Nullable Allowed allowed() {
                return null;
            }
        }

        /** It gets this alert. */
        record Refuse(
                FailureReason reason,
                int alert,
                String detail,
                @Nullable Allowed allowed) implements Choice {}
    }

    /** @param client its address */
    Choice choose(ClientHello hello, SocketAddress client) {
        String name = hello.serverName();
        String malformed = hello.malformedServerName();
        boolean asksForName = name != null || malformed != null;
        if (name == null && missingName == ServerNamePolicy.REJECT) {
            return unknown(name, malformed);
        }
        List<Route> candidates = candidates(name);
        Route route = candidates.stream()
                .filter(each -> each.takes(hello, client))
                .findFirst()
                .orElse(fallback);
        if (route == null) {
            return denial(candidates, hello, client)
                    .<Choice>map(Choice.Deny::new)
                    .orElseGet(() -> unknown(name, malformed));
        }
        if (route.tls() == null) {
            return new Choice.PassThrough(route.backend());
        }
        TlsContext context = name == null ? null : route.tls().named(name);
        if (context == null && asksForName && route.takesEverything() && unknownName == ServerNamePolicy.REJECT) {
            return unknown(name, malformed);
        }
        if (!route.serves().isEmpty()
                && !hello.alpn().isEmpty()
                && hello.alpn().stream().noneMatch(route.serves()::contains)) {
            return new Choice.Refuse(
                    FailureReason.NO_COMMON_ALPN,
                    NO_APPLICATION_PROTOCOL,
                    "the client offers none of " + String.join(", ", route.serves()),
                    route.tls().first().allowed());
        }
        return new Choice.Terminate(context == null ? route.tls().first() : context, route.backend());
    }

    /** What judges clients with such a ClientHello; empty: it leads nowhere, or where no certificate is asked for. */
    Optional<ClientTrust> clientTrust(ClientHello hello, SocketAddress client) {
        return choose(hello, client) instanceof Choice.Terminate choice
                ? choice.context().clientTrust()
                : Optional.empty();
    }

    /**
     * Whether a route or a certificate is for this name.
     *
     * @param name lower case, without a trailing dot
     */
    public boolean serves(String name) {
        return byName.lookup(name) != null || contexts.stream().anyMatch(each -> each.named(name) != null);
    }

    /** The contexts of all routes. */
    public List<TlsContexts> contexts() {
        return contexts;
    }

    /** The routes for a name, in the order in which they are asked. */
    private List<Route> candidates(@Nullable String name) {
        List<Route> named = name == null ? null : byName.lookup(name);
        if (named == null || nameless.isEmpty()) {
            return named == null ? nameless : named;
        }
        return Stream.concat(named.stream(), nameless.stream()).toList();
    }

    /** Whether one of them would have taken the client if it came from elsewhere, or looked like another. */
    private static Optional<String> denial(List<Route> candidates, ClientHello hello, SocketAddress client) {
        return candidates.stream()
                .filter(each -> each.speaksLike(hello))
                .flatMap(each -> each.denial(hello, client).stream())
                .findFirst()
                .map(why -> "of its routes none takes it: " + why);
    }

    /** @param malformed what was sent as a name and is none */
    private Choice.Refuse unknown(@Nullable String name, @Nullable String malformed) {
        if (malformed != null) {
            return refuse(
                    FailureReason.UNKNOWN_SERVER_NAME,
                    "the server name \"" + malformed + "\" is no host name (RFC 6066 section 3)");
        }
        return name == null
                ? refuse(FailureReason.MISSING_SERVER_NAME, "the client asks for no server name")
                : refuse(FailureReason.UNKNOWN_SERVER_NAME, "no certificate and no route is for \"" + name + "\"");
    }

    private Choice.Refuse refuse(FailureReason reason, String detail) {
        Allowed allowed = contexts.isEmpty() ? null : contexts.get(0).first().allowed();
        return new Choice.Refuse(reason, UNRECOGNIZED_NAME, detail, allowed);
    }
}
