package io.sallyport.config.value;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host (name, IPv4 or IPv6 address without brackets) and a TCP port, 0 to 65535.
 *
 * <p>Text form: {@code host:port} or {@code [v6]:port}.
 */
public record HostPort(String host, int port) {
    /** The expected form, for the message about a value that does not parse. */
    public static final String RULE = "host:port or [v6]:port, port 0..65535";

    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.%\\w]+)]|([^\\[\\]:\\s/]+)):(\\d{1,5})");

    public HostPort {
        if (host.isEmpty() || port < 0 || port > 65535) {
            throw new IllegalArgumentException(RULE);
        }
    }

    /**
     * Parses the text form.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    public static HostPort parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(RULE);
        }
        String v6 = matcher.group(1);
        return new HostPort(v6 != null ? v6 : matcher.group(2), Integer.parseInt(matcher.group(3)));
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
