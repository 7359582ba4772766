package io.sallyport.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages out, and strangers from what changes the proxy.
 *
 * <p>A browser reaches a loopback port, and every address of its network, for any page that it shows. A page that names this
 * address is given away by the headers that the browser adds. A page whose own name was made to point here (DNS rebinding)
 * looks like ours to the browser, but its name is in {@code Host}. An address in {@code Host} cannot be made to point
 * elsewhere.
 */
final class RequestGuard {
    private final boolean loopback;
    private final String configuredName;

    RequestGuard(InetSocketAddress bound) {
        this.loopback = bound.getAddress().isLoopbackAddress();
        this.configuredName = bound.getHostString().toLowerCase(Locale.ROOT);
    }

    /**
     * Why the request is refused; null when it is not.
     *
     * @param needsToken whether a token is asked for, too. A browser sends it to the name that a person gave it for, so one
     *     that was made to point here gets nothing, and a proxy in front may have any name
     */
    @Nullable
    String refusal(HttpRequest request, Audience audience, boolean changesState, boolean needsToken) {
        String host = request.headers().get(HttpHeaderNames.HOST);
        if (!needsToken && host != null && !isTaken(name(host), audience)) {
            return "Host: \"" + host + "\" (expected: " + expectedHost() + ")";
        }
        if (!changesState) {
            return null;
        }
        if (!loopback && !needsToken) {
            return request.uri() + ": refused without a token on an address other than loopback"
                    + " (expected: admin.token-file, or a loopback address in admin.bind)";
        }
        return foreignOrigin(request, host, needsToken);
    }

    private boolean isTaken(String name, Audience audience) {
        if (isLocalhost(name) || name.equals(configuredName)) {
            return true;
        }
        InetAddress literal = literal(name);
        if (loopback) {
            return literal != null && literal.isLoopbackAddress();
        }
        // Prometheus and load balancers reach a service by its name, and learn nothing that its network may not know.
        return literal != null || audience != Audience.OPERATORS;
    }

    private String expectedHost() {
        return loopback ? "localhost or a loopback address" : "an IP address, localhost, or any name with a token";
    }

    private static @Nullable String foreignOrigin(HttpRequest request, @Nullable String host, boolean needsToken) {
        String site = request.headers().get("sec-fetch-site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            return "Sec-Fetch-Site: \"" + site + "\" (expected: same-origin)";
        }
        String origin = request.headers().get(HttpHeaderNames.ORIGIN);
        if (origin != null
                && !origin.equalsIgnoreCase("http://" + host)
                && !(needsToken && origin.equalsIgnoreCase("https://" + host))) {
            return "Origin: \"" + origin + "\" (expected: http://" + host + ")";
        }
        return null;
    }

    /** RFC 6761 section 6.3: no such name is asked for in DNS. */
    private static boolean isLocalhost(String name) {
        return name.equals("localhost") || name.endsWith(".localhost");
    }

    private static @Nullable InetAddress literal(String name) {
        byte[] address = NetUtil.createByteArrayFromIpAddressString(name);
        try {
            return address == null ? null : InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** The host without its port, brackets and trailing dot. */
    private static String name(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        int end = lower.startsWith("[") ? lower.indexOf(']') : lower.indexOf(':');
        String name = end < 0 ? lower : lower.substring(lower.startsWith("[") ? 1 : 0, end);
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
