package io.sallyport.admin;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which failed handshakes are asked for.
 *
 * @param listener its name; null means any
 * @param reason a value of the label {@code reason}; null means any
 * @param limit at most this many, 1 to {@value #MAX_LIMIT}
 */
public record HandshakeFilter(
        @Nullable String listener, @Nullable String reason, int limit) {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    /**
     * Reads the parameters of a query; of a repeated one, the last counts.
     *
     * @throws IllegalArgumentException with what is wrong with which parameter
     */
    static HandshakeFilter parse(Map<String, List<String>> query) {
        String listener = null;
        String reason = null;
        int limit = DEFAULT_LIMIT;
        for (Map.Entry<String, List<String>> parameter : query.entrySet()) {
            String value = parameter.getValue().get(parameter.getValue().size() - 1);
            switch (parameter.getKey()) {
                case "listener" -> listener = value;
                case "reason" -> reason = value;
                case "limit" -> limit = parseLimit(value);
                default ->
                    throw new IllegalArgumentException(
                            "\"" + parameter.getKey() + "\": unknown parameter (expected: listener, reason, limit)");
            }
        }
        return new HandshakeFilter(listener, reason, limit);
    }

    private static int parseLimit(String text) {
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MAX_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // told below, as a number out of range is
        }
        throw new IllegalArgumentException("limit: \"" + text + "\" (expected: 1.." + MAX_LIMIT + ")");
    }
}
