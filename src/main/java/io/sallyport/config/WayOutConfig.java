package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.Cidr;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.config.value.SourceChoice;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How connections to the servers of a backend leave this machine.
 *
 * @param source from which address
 */
public record WayOutConfig(SourceChoice source) {

    static WayOutConfig read(Section section, List<ServerConfig> servers) {
        SourceChoice source = Objects.requireNonNullElse(
                section.live().optionalParsed("source", SourceChoice.RULE, SourceChoice::parse), SourceChoice.ANY);
        WayOutConfig config = new WayOutConfig(source);
        config.check(section, servers.stream().map(ServerConfig::address).toList());
        return config;
    }

    private void check(Section section, List<NetworkAddress> servers) {
        for (NetworkAddress server : servers) {
            if (source.isClient() && server instanceof NetworkAddress.Unix) {
                section.problem("source", "client with \"" + server + "\" (expected: servers with host:port alone)");
            }
            @Nullable InetAddress address = source.address();
            if (address != null && isOtherFamily(address, server)) {
                section.problem(
                        "source",
                        address.getHostAddress() + " with \"" + server + "\" (expected: IPv4 both, or IPv6 both)");
            }
        }
    }

    private static boolean isOtherFamily(InetAddress address, NetworkAddress server) {
        String host = server instanceof NetworkAddress.Tcp tcp ? tcp.hostPort().host() : "";
        boolean isV6 = host.indexOf(':') >= 0;
        boolean isV4 = !isV6 && Cidr.isAddress(host);
        return address instanceof Inet4Address ? isV6 : isV4;
    }
}
