package io.sallyport.crl;

import io.sallyport.config.value.Cidr;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Addresses that are not of the Internet, or are the same machine's or network's (IANA's special-purpose registries, RFC 6890):
 * a stranger who could have us ask there would reach what only we can reach, as a cloud's metadata service.
 */
final class InnerAddresses {
    private static final List<Cidr> INNER = networks(
            "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.168.0.0/16"
                    + " 198.18.0.0/15 224.0.0.0/4 240.0.0.0/4"
                    // The last three: translation and tunnels whose far end is somewhere else.
                    + " ::/128 ::1/128 fc00::/7 fe80::/10 fec0::/10 ff00::/8 64:ff9b:1::/48 2001::/32 100::/64");

    private static final Cidr COMPATIBLE = Cidr.parse("::/96");
    private static final Cidr TRANSLATED = Cidr.parse("64:ff9b::/96");
    private static final Cidr SIX_TO_FOUR = Cidr.parse("2002::/16");

    private InnerAddresses() {}

    static boolean contains(InetAddress address) {
        if (INNER.stream().anyMatch(network -> network.contains(address))) {
            return true;
        }
        if (!(address instanceof Inet6Address)) {
            return false;
        }
        if (COMPATIBLE.contains(address) || TRANSLATED.contains(address)) {
            return contains(embedded(address, 12));
        }
        return SIX_TO_FOUR.contains(address) && contains(embedded(address, 2));
    }

    /** The IPv4 address that an IPv6 address carries from this byte on. */
    private static InetAddress embedded(InetAddress address, int at) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(address.getAddress(), at, at + 4));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private static List<Cidr> networks(String all) {
        return Arrays.stream(all.split(" ")).map(Cidr::parse).toList();
    }
}
