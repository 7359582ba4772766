package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.Cidr;
import io.sallyport.config.value.NetworkEntry;
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
    public AcceptProxyProtocolConfig {
        networks = List.copyOf(networks);
    }

    static AcceptProxyProtocolConfig read(Section section) {
        boolean accept = section.live().bool("accept");
        List<NetworkEntry> trusted = section.live().parsedList("trusted", NetworkEntry.RULE, NetworkEntry::parse);
        if (accept && section.size("trusted") == 0) {
            section.problem("trusted", "none (expected: the networks whose headers are believed, since accept is on)");
        }
        return new AcceptProxyProtocolConfig(
                accept, NetworkEntry.networks(trusted), NetworkEntry.hasUnixSockets(trusted));
    }

    /** Whether a peer at {@code address} must send a header. */
    public boolean isTrusted(InetAddress address) {
        return accept && networks.stream().anyMatch(network -> network.contains(address));
    }

    /** Whether a peer on a unix-domain socket must send a header. */
    public boolean isUnixTrusted() {
        return accept && unixSockets;
    }
}
