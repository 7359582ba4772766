package io.sallyport.acme;

import io.sallyport.config.value.Cidr;
import java.net.InetAddress;

/** The server name that an authority asks for when it looks whether a name leads here. */
final class ChallengeName {
    private ChallengeName() {}

    /** A host name is asked for as it is; an address by its name for reverse lookups (RFC 8738 section 6, RFC 3596). */
    static String of(String name) {
        if (!Cidr.isAddress(name)) {
            return name;
        }
        InetAddress address = Cidr.parse(name).address();
        byte[] bytes = address.getAddress();
        StringBuilder result = new StringBuilder();
        for (int i = bytes.length - 1; i >= 0; i--) {
            int value = bytes[i] & 0xff;
            if (bytes.length == 4) {
                result.append(value).append('.');
            } else {
                result.append(Character.forDigit(value & 0xf, 16)).append('.');
                result.append(Character.forDigit(value >> 4, 16)).append('.');
            }
        }
        return result.append(bytes.length == 4 ? "in-addr.arpa" : "ip6.arpa").toString();
    }
}
