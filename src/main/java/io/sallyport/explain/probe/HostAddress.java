package io.sallyport.explain.probe;

import io.netty.util.NetUtil;
import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/** Hosts: names and addresses. */
public final class HostAddress {
    private HostAddress() {}

    /** Whether the text is an IPv4 or IPv6 address, and no name. */
    public static boolean isLiteral(String host) {
        return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    }

    /** An address in the one spelling that certificates' names are compared in. */
    public static String canonical(String literal) {
        try {
            return InetAddress.getByName(literal).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("\"" + literal + "\" (expected: an IP address)", e);
        }
    }

    /** A name in the form that DNS and certificates have. */
    static String ascii(String name) {
        String trimmed = name.length() > 1 && name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        try {
            return IDN.toASCII(trimmed).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return trimmed; // has no address either
        }
    }
}
