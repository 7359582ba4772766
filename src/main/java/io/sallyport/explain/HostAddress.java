package io.sallyport.explain;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Hosts that are addresses. */
final class HostAddress {
    private HostAddress() {}

    /** Whether the text is an IPv4 or IPv6 address, and no name. */
    static boolean isLiteral(String host) {
        return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    }

    /** An address in the one spelling that certificates' names are compared in. */
    static String canonical(String literal) {
        try {
            return InetAddress.getByName(literal).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("\"" + literal + "\" (expected: an IP address)", e);
        }
    }
}
