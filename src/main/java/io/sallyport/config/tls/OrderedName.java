package io.sallyport.config.tls;

import io.sallyport.config.value.Cidr;
import java.net.IDN;
import java.util.Locale;
import java.util.regex.Pattern;

/** What an authority may be asked to certify: a host name, or an address (RFC 8738). */
final class OrderedName {
    static final String RULE =
            "a host name or an IP address; no wildcard, since neither http-01 nor tls-alpn-01 proves one";

    /** No underscore: authorities sign host names alone (RFC 5280 section 4.2.1.6). */
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*");

    /** RFC 1035 section 2.3.4. */
    private static final int LONGEST = 253;

    private OrderedName() {}

    /** Lower case, without a trailing dot; an address in its usual form. */
    static String parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (ADDRESS.matcher(lower).matches()) {
            return Cidr.parse(lower).address().getHostAddress();
        }
        String host = IDN.toASCII(lower).toLowerCase(Locale.ROOT);
        String trimmed = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        if (trimmed.length() > LONGEST) {
            throw new IllegalArgumentException(text);
        }
        for (String label : trimmed.split("\\.", -1)) {
            if (!LABEL.matcher(label).matches()) {
                throw new IllegalArgumentException(text);
            }
        }
        return trimmed;
    }
}
