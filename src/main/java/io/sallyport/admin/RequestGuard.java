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
 * Keeps web pages out: a browser reaches a loopback port for any page that it shows.
 *
 * <p>A page that names this address is given away by the headers that the browser adds. A page whose own name was made to
 * point here (DNS rebinding) looks like ours to the browser, but its name is in {@code Host}.
 */
final class RequestGuard {
    private final boolean loopback;

    RequestGuard(InetSocketAddress bound) {
        this.loopback = bound.getAddress().isLoopbackAddress();
    }

    /**
     * Why the request is refused; null when it is not.
     *
     * @param needsToken whether a token is asked for, too. A browser sends it to the name that a person gave it for, so one
     *     that was made to point here gets nothing, and a proxy in front may have any name
     */
    @Nullable
    String refusal(HttpRequest request, boolean changesState, boolean needsToken) {
        String host = request.headers().get(HttpHeaderNames.HOST);
        if (loopback && !needsToken && host != null && !isLoopback(name(host))) {
            return "Host: \"" + host + "\" (expected: localhost or a loopback address)";
        }
        return changesState ? foreignOrigin(request, host, needsToken) : null;
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

    private static boolean isLoopback(String name) {
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return true;
        }
        byte[] address = NetUtil.createByteArrayFromIpAddressString(name);
        try {
            return address != null && InetAddress.getByAddress(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
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
