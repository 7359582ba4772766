package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.Cidr;
import java.net.InetAddress;
import java.util.List;

/**
 * Whose connections begin with a PROXY protocol header.
 *
 * @param accept whether headers are taken at all
 * @param networks of those who must send one; anybody else must not
 * @param unixSockets whether peers on a unix-domain socket must send one
 */
public record AcceptProxyProtocolConfig(boolean accept, List<Cidr> networks, boolean unixSockets) {
    /** What stands in the list for peers on a unix-domain socket. */
    private static final String UNIX = "unix:";

    private static final String RULE = Cidr.RULE + "; or " + UNIX + " for peers on a unix-domain socket";

    public AcceptProxyProtocolConfig {
        networks = List.copyOf(networks);
    }

    static AcceptProxyProtocolConfig read(Section section) {
        boolean accept = section.live().bool("accept");
        List<Trusted> trusted = section.live().parsedList("trusted", RULE, Trusted::parse);
        if (accept && section.size("trusted") == 0) {
            section.problem("trusted", "none (expected: the networks whose headers are believed, since accept is on)");
        }
        return new AcceptProxyProtocolConfig(
                accept,
                trusted.stream().flatMap(each -> each.networks().stream()).toList(),
                trusted.stream().anyMatch(each -> each.networks().isEmpty()));
    }

    /** Whether a peer at {@code address} must send a header. */
    public boolean isTrusted(InetAddress address) {
        return accept && networks.stream().anyMatch(network -> network.contains(address));
    }

    /** Whether a peer on a unix-domain socket must send a header. */
    public boolean isUnixTrusted() {
        return accept && unixSockets;
    }

    /** One entry; without a network it is the one for unix-domain sockets. */
    private record Trusted(List<Cidr> networks) {
        static Trusted parse(String text) {
            return new Trusted(text.equals(UNIX) ? List.of() : List.of(Cidr.parse(text)));
        }
    }
}
