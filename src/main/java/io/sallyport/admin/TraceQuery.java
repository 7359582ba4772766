package io.sallyport.admin;

import io.sallyport.accesslog.TraceWish;
import io.sallyport.config.value.Cidr;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The parameters of {@code POST /handshakes/trace}. */
final class TraceQuery {
    private static final int DEFAULT_SECONDS = 60;
    private static final int MOST_SECONDS = 3600;
    private static final int DEFAULT_COUNT = 10;
    private static final int MOST_COUNT = 100;

    private TraceQuery() {}

    /**
     * Reads them; of a repeated one, the last counts.
     *
     * @throws IllegalArgumentException with what is wrong with which parameter
     */
    static TraceWish parse(Map<String, List<String>> query) {
        Cidr source = null;
        String serverName = null;
        int seconds = DEFAULT_SECONDS;
        int count = DEFAULT_COUNT;
        for (Map.Entry<String, List<String>> parameter : query.entrySet()) {
            String value = parameter.getValue().get(parameter.getValue().size() - 1);
            switch (parameter.getKey()) {
                case "source" -> source = ConnectionFilter.parseSource(value);
                case "server-name" -> serverName = value.toLowerCase(Locale.ROOT);
                case "seconds" -> seconds = number("seconds", value, MOST_SECONDS);
                case "count" -> count = number("count", value, MOST_COUNT);
                default ->
                    throw new IllegalArgumentException("\"" + parameter.getKey()
                            + "\": unknown parameter (expected: source, server-name, seconds, count)");
            }
        }
        if (source == null && serverName == null) {
            throw new IllegalArgumentException("source or server-name: required");
        }
        return new TraceWish(source, serverName, Duration.ofSeconds(seconds), count);
    }

    private static int number(String name, String text, int most) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, like a number out of range.
        }
        throw new IllegalArgumentException(name + ": \"" + text + "\" (expected: 1.." + most + ")");
    }
}
