package io.sallyport.config.value;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * Addresses as they are compared. An IPv4-mapped address ({@code ::ffff:192.0.2.1}, RFC 4291 section 2.5.5.2) counts as the
 * IPv4 address: a socket for both families may show either, and a rule or a limit must not depend on which.
 */
public final class IpAddress {
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    /** What one household or machine has of IPv6; the rest changes by the hour (RFC 8981). */
    private static final int IPV6_NETWORK_BYTES = 8;

    private IpAddress() {}

    /** The 4 or 16 bytes of an address. */
    public static byte[] bytes(InetAddress address) {
        byte[] bytes = address.getAddress();
        return isMapped(bytes) ? Arrays.copyOfRange(bytes, IPV6_BYTES - IPV4_BYTES, IPV6_BYTES) : bytes;
    }

    /** What counts as one source: the 4 bytes of an IPv4 address, or the first 8 of an IPv6 address. */
    public static byte[] source(InetAddress address) {
        byte[] bytes = bytes(address);
        return bytes.length == IPV4_BYTES ? bytes : Arrays.copyOf(bytes, IPV6_NETWORK_BYTES);
    }

    private static boolean isMapped(byte[] bytes) {
        if (bytes.length != IPV6_BYTES || bytes[10] != -1 || bytes[11] != -1) {
            return false;
        }
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
