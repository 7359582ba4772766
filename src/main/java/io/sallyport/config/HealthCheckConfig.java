package io.sallyport.config;

import io.sallyport.config.hocon.Keys;
import io.sallyport.config.hocon.Section;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

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
 */
public record HealthCheckConfig(
        Type type,
        Duration interval,
        Duration timeout,
        int jitterPercent,
        int rise,
        int fall,
        String path,
        List<Integer> expect) {

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
                section.live().parsedList("expect", "a status code, 100..599", HealthCheckConfig::status));
        config.check(section);
        return config;
    }

    private void check(Section section) {
        if (type != Type.NONE && expect.isEmpty()) {
            section.problem("expect", "[] (expected: at least one status code)");
        }
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
