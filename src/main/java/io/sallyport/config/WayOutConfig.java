package io.sallyport.config;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.Cidr;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.config.value.ProxyUrl;
import io.sallyport.config.value.SourceChoice;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How connections to the servers of a backend leave this machine.
 *
 * @param source from which address
 * @param via the forward proxy that servers with host:port are reached through; null: none
 * @param viaPasswordFile where the password is of the user that {@code via} names; null: it names none
 * @param place for messages
 */
public record WayOutConfig(
        SourceChoice source,
        @Nullable ProxyUrl via,
        @Nullable Path viaPasswordFile,
        Place place) {

    static WayOutConfig read(Section section, List<ServerConfig> servers) {
        SourceChoice source = Objects.requireNonNullElse(
                section.live().optionalParsed("source", SourceChoice.RULE, SourceChoice::parse), SourceChoice.ANY);
        WayOutConfig config = new WayOutConfig(
                source, readVia(section), section.live().optionalFile("via-password-file"), section.place());
        config.check(section, servers.stream().map(ServerConfig::address).toList());
        return config;
    }

    /** Not as other keys: a message must not show the password of somebody who has put it there. */
    private static @Nullable ProxyUrl readVia(Section section) {
        @Nullable String text = section.live().optionalString("via");
        if (text == null) {
            return null;
        }
        try {
            return ProxyUrl.parse(text);
        } catch (IllegalArgumentException e) {
            String shown = text.indexOf('@') < 0 ? "\"" + text + "\"" : "\"***\"";
            section.problem("via", shown + " (expected: " + ProxyUrl.RULE + ")");
            return null;
        }
    }

    private void check(Section section, List<NetworkAddress> servers) {
        if (via != null && source.isClient()) {
            section.problem(
                    "source", "client with via (expected: one or the other; a proxy has an address of its own)");
        }
        boolean hasUser = via != null && via.user() != null;
        if (hasUser && viaPasswordFile == null) {
            section.problem("via", "with a user (expected: via-password-file with it)");
        } else if (!hasUser && viaPasswordFile != null) {
            section.problem("via-password-file", "given (expected: a user in via)");
        }
        for (NetworkAddress server : servers) {
            if (source.isClient() && server instanceof NetworkAddress.Unix) {
                section.problem("source", "client with \"" + server + "\" (expected: servers with host:port alone)");
            }
            @Nullable InetAddress address = source.address();
            if (address != null && via == null && isOtherFamily(address, server)) {
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
