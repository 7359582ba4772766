package io.sallyport.redirect;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name and the port in a {@code Host} header (RFC 9110 section 7.2).
 *
 * @param name lower case, without a trailing dot; an IPv6 address is one in brackets
 * @param port -1: the one of the scheme
 */
record RequestedHost(String name, int port) {
    private static final int PLAIN_HTTP = 80;
    private static final int MOST = 65535;

    // Browsers read "host\path", "user@host" and a tab in a name in ways of their own: what is no plain name never
    // comes back.
    private static final Pattern HOST =
            Pattern.compile("(?<name>[a-z0-9._-]{1,254}|\\[[0-9a-f:.]{2,45}])(:(?<port>[0-9]{0,5}))?");

    /** Empty where it is none. */
    static Optional<RequestedHost> parse(String header) {
        Matcher host = HOST.matcher(header.toLowerCase(Locale.ROOT));
        if (!host.matches()) {
            return Optional.empty();
        }
        String digits = host.group("port");
        int port = digits == null || digits.isEmpty() ? PLAIN_HTTP : Integer.parseInt(digits);
        if (port == 0 || port > MOST) {
            return Optional.empty();
        }
        String name = host.group("name");
        return Optional.of(new RequestedHost(
                name.endsWith(".") ? name.substring(0, name.length() - 1) : name, port == PLAIN_HTTP ? -1 : port));
    }
}
