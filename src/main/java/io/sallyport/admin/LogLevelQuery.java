package io.sallyport.admin;

import io.sallyport.config.LogConfig.Level;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of {@code POST /log-level}.
 *
 * @param level the least severe level that is logged
 * @param time how long it holds: a second to a day
 */
record LogLevelQuery(Level level, Duration time) {
    private static final Duration DEFAULT = Duration.ofMinutes(10);
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    /** A level set by hand ends by itself, so that it is not forgotten. */
    private static final Duration LONGEST = Duration.ofDays(1);

    /**
     * Reads them; of a repeated one, the last counts.
     *
     * @throws IllegalArgumentException with what is wrong with which parameter
     */
    static LogLevelQuery parse(Map<String, List<String>> query) {
        @Nullable Level level = null;
        Duration time = DEFAULT;
        for (Map.Entry<String, List<String>> parameter : query.entrySet()) {
            String value = parameter.getValue().get(parameter.getValue().size() - 1);
            switch (parameter.getKey()) {
                case "level" -> level = parseLevel(value);
                case "for" -> time = parseTime(value);
                default ->
                    throw new IllegalArgumentException(
                            "\"" + parameter.getKey() + "\": unknown parameter (expected: level, for)");
            }
        }
        if (level == null) {
            throw new IllegalArgumentException("level: required");
        }
        return new LogLevelQuery(level, time);
    }

    private static Level parseLevel(String text) {
        for (Level level : Level.values()) {
            if (level.name().equals(text.toUpperCase(Locale.ROOT))) {
                return level;
            }
        }
        throw new IllegalArgumentException("level: \"" + text + "\" (expected: off | error | warn | info | debug)");
    }

    /** Units of the configuration are the letters of ISO 8601. */
    private static Duration parseTime(String text) {
        try {
            Duration time = Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
            if (time.compareTo(SHORTEST) >= 0 && time.compareTo(LONGEST) <= 0) {
                return time;
            }
        } catch (DateTimeParseException | ArithmeticException e) {
            // Reported below, like a number out of range.
        }
        throw new IllegalArgumentException(
                "for: \"" + text + "\" (expected: a duration with its unit, as 30s, 10m, 1h30m, from 1s to 24h)");
    }
}
