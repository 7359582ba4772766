package io.sallyport.config.value;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a forward proxy is, and who we are to it. Text form: {@code http://[user@]host:port} or
 * {@code socks5://[user@]host:port}.
 *
 * @param user with what is written as {@code %40} decoded; null: nobody
 */
public record ProxyUrl(Kind kind, HostPort proxy, @Nullable String user) {
    /** The expected form, for the message about a value that does not parse. */
    public static final String RULE =
            "http://[user@]host:port or socks5://[user@]host:port, the password in via-password-file";

    /** What is spoken with it. */
    public enum Kind {
        /** CONNECT (RFC 9110 section 9.3.6). */
        HTTP,
        /** RFC 1928. */
        SOCKS5
    }

    private static final Pattern FORM = Pattern.compile("(http|socks5)://(?:([^@/:\\s]+)@)?([^@/]+)/?");

    /** Printable ASCII: what both protocols carry, a colon aside, which ends the user of HTTP (RFC 7617 section 2). */
    private static final Pattern USER = Pattern.compile("[ -9;-~]{1,255}");

    /**
     * Parses the text form.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    public static ProxyUrl parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(RULE);
        }
        HostPort proxy = HostPort.parse(matcher.group(3));
        if (proxy.port() == 0) {
            throw new IllegalArgumentException(RULE);
        }
        return new ProxyUrl(matcher.group(1).equals("http") ? Kind.HTTP : Kind.SOCKS5, proxy, user(matcher.group(2)));
    }

    private static @Nullable String user(@Nullable String encoded) {
        if (encoded == null) {
            return null;
        }
        // A plus sign is one in a URL, and a space in a form alone.
        String user = URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
        if (!USER.matcher(user).matches()) {
            throw new IllegalArgumentException(RULE);
        }
        return user;
    }
}
