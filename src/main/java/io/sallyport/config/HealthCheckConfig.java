package io.sallyport.config;

import io.sallyport.config.hocon.Keys;
import io.sallyport.config.hocon.Section;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How servers are asked whether they work.
 *
 * @param type what is asked
 * @param interval from the end of one check to the next
 * @param timeout for a whole check
 * @param jitterPercent by how much of itself an interval is longer or shorter, at random
 * @param rise good checks in a row that take a server back
 * @param fall failed checks in a row that take it out
 * @param path what an HTTP check asks for
 * @param expect the status codes that are good
 * @param port of the server's address, where the check goes without a PROXY protocol header; null: to the port that
 *     connections go to, and as they do
 * @param tls whether it speaks TLS there, from the first byte
 * @param send what a TCP check says first, one character for each byte; null: nothing
 * @param expectText what has to be in the answer, one character for each byte; null: anything may
 * @param hostHeader what an HTTP check sends as Host; null: the name or the address of the server
 */
public record HealthCheckConfig(
        Type type,
        Duration interval,
        Duration timeout,
        int jitterPercent,
        int rise,
        int fall,
        String path,
        List<Integer> expect,
        @Nullable Integer port,
        boolean tls,
        @Nullable String send,
        @Nullable String expectText,
        @Nullable String hostHeader) {

    /** What is asked. */
    public enum Type {
        /** Nothing. */
        NONE,
        /** That a connection can be made, the TLS handshake included where the backend has one. */
        TCP,
        /** That an HTTP/1.1 request gets a status. */
        HTTP
    }

    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
    private static final int MOST_IN_A_ROW = 100;

    /** Visible ASCII: anything else would end the request line. */
    private static final Pattern PATH = Pattern.compile("/[!-~]*");

    private static final Pattern HOST = Pattern.compile("[!-~]+");

    /** What a check says and looks for is a word or two of a protocol. */
    private static final int LONGEST_SCRIPT = 4096;

    private static final String BYTES = "1 to " + LONGEST_SCRIPT + " characters, each a byte: none above U+00FF";

    public HealthCheckConfig {
        expect = List.copyOf(expect);
    }

    static HealthCheckConfig read(Section section) {
        Type type = section.live().choice("type", Type.class);
        boolean checks = type != Type.NONE;
        HealthCheckConfig config = new HealthCheckConfig(
                type,
                checks
                        ? section.live().positiveDuration("interval", SHORTEST_INTERVAL, "longer, or type = none")
                        : section.live().duration("interval"),
                checks
                        ? section.live()
                                .positiveDuration(
                                        "timeout",
                                        Keys.SHORTEST,
                                        "longer; a server that hangs would never be found out")
                        : section.live().duration("timeout"),
                section.live().percent("jitter"),
                section.live().integer("rise", 1, MOST_IN_A_ROW),
                section.live().integer("fall", 1, MOST_IN_A_ROW),
                section.live().parsed("path", "a path, as /health", HealthCheckConfig::path, "/"),
                section.live().parsedList("expect", "a status code, 100..599", HealthCheckConfig::status),
                section.live().optionalParsed("port", "null, or 1..65535", HealthCheckConfig::port),
                section.live().bool("tls"),
                section.live().optionalParsed("send", BYTES, HealthCheckConfig::bytes),
                section.live().optionalParsed("expect-text", BYTES, HealthCheckConfig::bytes),
                section.live()
                        .optionalParsed("host-header", "a host, as app.example.com:8008", HealthCheckConfig::host));
        config.check(section);
        return config;
    }

    private void check(Section section) {
        if (type != Type.NONE && expect.isEmpty()) {
            section.problem("expect", "[] (expected: at least one status code)");
        }
        if (type == Type.NONE) {
            // Somebody takes it for a check, and nothing is checked.
            isOf(section, "port", port, "type = tcp or http");
            isOf(section, "expect-text", expectText, "type = tcp or http");
        }
        if (tls && (type == Type.NONE || port == null)) {
            // Somebody takes the check for one by TLS, and it goes wherever connections go, as they do.
            section.problem("tls", "on without port (expected: both, or tls.enabled beside health-check)");
        }
        if (type != Type.TCP) {
            isOf(section, "send", send, "type = tcp");
        } else if (send != null && expectText == null) {
            section.problem("send", "without expect-text (expected: both, as nothing else would look at the answer)");
        }
    }

    private void isOf(Section section, String key, @Nullable Object value, String wanted) {
        if (value != null) {
            section.problem(
                    key, "set with type = " + type.name().toLowerCase(Locale.ROOT) + " (expected: " + wanted + ")");
        }
    }

    private static Integer port(String text) {
        int port = Integer.parseInt(text);
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(text);
        }
        return port;
    }

    private static String bytes(String text) {
        if (text.length() > LONGEST_SCRIPT || text.chars().anyMatch(each -> each > 0xff)) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }

    private static String host(String text) {
        if (!HOST.matcher(text).matches()) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }

    private static String path(String text) {
        if (!PATH.matcher(text).matches()) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }

    private static Integer status(String text) {
        int code = Integer.parseInt(text);
        if (code < 100 || code > 599) {
            throw new IllegalArgumentException(text);
        }
        return code;
    }
}
