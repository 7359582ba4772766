package io.sallyport.config.value;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * An entry of a list that says who a peer is by its address.
 *
 * @param network empty: the peers on unix-domain sockets
 */
public record NetworkEntry(Optional<Cidr> network) {
    /** What stands in a list for peers on a unix-domain socket. */
    private static final String UNIX = "unix:";

    /** The expected form, for the message about a value that does not parse. */
    public static final String RULE = Cidr.RULE + "; or " + UNIX + " for peers on a unix-domain socket";

    /**
     * Parses {@code unix:}, an address or a network.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    public static NetworkEntry parse(String text) {
        return new NetworkEntry(text.equals(UNIX) ? Optional.empty() : Optional.of(Cidr.parse(text)));
    }

    public static List<Cidr> networks(Collection<NetworkEntry> entries) {
        return entries.stream().flatMap(each -> each.network().stream()).toList();
    }

    /** Whether one of them stands for peers on a unix-domain socket. */
    public static boolean hasUnixSockets(Collection<NetworkEntry> entries) {
        return entries.stream().anyMatch(each -> each.network().isEmpty());
    }

    @Override
    public String toString() {
        return network.map(Cidr::toString).orElse(UNIX);
    }
}
