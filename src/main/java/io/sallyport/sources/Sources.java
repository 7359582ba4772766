package io.sallyport.sources;

import io.sallyport.config.SourcesConfig;
import io.sallyport.config.value.NetworkEntry;
import io.sallyport.handshake.trace.Ja4;
import io.sallyport.handshake.wire.ClientHello;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which clients may connect. {@code deny} wins; who {@code allow} does not name is denied, where it names anybody. Immutable; a
 * look costs a binary search in each list.
 */
public final class Sources {
    /** Takes every client. */
    public static final Sources ALL =
            new Sources(new Named("sources.allow", NetworkSet.NONE, false), true, List.of(), Set.of());

    private final Named allow;
    private final boolean allowsAll;
    private final List<Named> deny;
    private final Set<String> denyJa4;

    private Sources(Named allow, boolean allowsAll, List<Named> deny, Set<String> denyJa4) {
        this.allow = allow;
        this.allowsAll = allowsAll;
        this.deny = List.copyOf(deny);
        this.denyJa4 = Set.copyOf(denyJa4);
    }

    /** @param denyFile what its file has; empty where it names none */
    static Sources of(SourcesConfig config, NetworkSet denyFile) {
        return config.isEmpty()
                ? ALL
                : new Sources(
                        Named.of("sources.allow", config.allow()),
                        config.allow().isEmpty(),
                        List.of(
                                Named.of("sources.deny", config.deny()),
                                new Named("sources.deny-file", denyFile, false)),
                        Set.copyOf(config.denyJa4()));
    }

    /**
     * Why a client at this address may not connect, for a person; empty: it may.
     *
     * @param client anything but an internet address is a unix-domain socket
     */
    public Optional<String> denial(SocketAddress client) {
        for (Named list : deny) {
            Optional<String> found = list.find(client);
            if (found.isPresent()) {
                return found;
            }
        }
        return allowsAll || allow.has(client)
                ? Optional.empty()
                : Optional.of(text(client) + " is in nothing of " + allow.name());
    }

    /** The same for a client with such a ClientHello, whatever its address. */
    public Optional<String> denial(ClientHello hello) {
        if (denyJa4.isEmpty()) {
            return Optional.empty();
        }
        String ja4 = Ja4.of(hello);
        return denyJa4.contains(ja4)
                ? Optional.of("its fingerprint " + ja4 + " is in sources.deny-ja4")
                : Optional.empty();
    }

    private static String text(SocketAddress client) {
        return client instanceof InetSocketAddress inet
                ? inet.getAddress().getHostAddress()
                : "a peer on a unix-domain socket";
    }

    /**
     * A list of the configuration.
     *
     * @param name its key
     */
    private record Named(String name, NetworkSet networks, boolean unixSockets) {
        static Named of(String name, List<NetworkEntry> entries) {
            return new Named(name, NetworkSet.of(NetworkEntry.networks(entries)), NetworkEntry.hasUnixSockets(entries));
        }

        boolean has(SocketAddress client) {
            return client instanceof InetSocketAddress inet ? networks.contains(inet.getAddress()) : unixSockets;
        }

        /** Where in it a client is, for a person. */
        Optional<String> find(SocketAddress client) {
            if (!(client instanceof InetSocketAddress inet)) {
                return unixSockets ? Optional.of(text(client) + " is in " + name) : Optional.empty();
            }
            return networks.find(inet.getAddress()).map(network -> text(client) + " is in " + network + " of " + name);
        }
    }
}
