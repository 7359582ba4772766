package io.sallyport.admin;

import io.sallyport.accesslog.HandshakeSummary;
import io.sallyport.config.value.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which handshakes are asked for.
 *
 * @param listener its name; null means any
 * @param reason a value of the label {@code reason}, or {@value #SUCCESS}; null means any
 * @param source where the client is; null means anywhere
 * @param limit at most this many, 1 to {@value #MAX_LIMIT}
 */
public record HandshakeFilter(
        @Nullable String listener,
        @Nullable String reason,
        @Nullable Cidr source,
        int limit) {
    private static final String SUCCESS = "success";
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
        Cidr source = null;
        int limit = DEFAULT_LIMIT;
        for (Map.Entry<String, List<String>> parameter : query.entrySet()) {
            String value = parameter.getValue().get(parameter.getValue().size() - 1);
            switch (parameter.getKey()) {
                case "listener" -> listener = value;
                case "reason" -> reason = value;
                case "source" -> source = parseSource(value);
                case "limit" -> limit = parseLimit(value);
                default ->
                    throw new IllegalArgumentException("\"" + parameter.getKey()
                            + "\": unknown parameter (expected: listener, reason, source, limit)");
            }
        }
        return new HandshakeFilter(listener, reason, source, limit);
    }

    /** Whether this one is asked for. */
    public boolean takes(HandshakeSummary handshake) {
        String outcome = handshake.reason() == null ? SUCCESS : handshake.reason();
        InetAddress client = handshake.source();
        return (listener == null || listener.equals(handshake.listener()))
                && (reason == null || reason.equals(outcome))
                && (source == null || (client != null && source.contains(client)));
    }

    static Cidr parseSource(String text) {
        try {
            return Cidr.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("source: \"" + text + "\" (expected: " + Cidr.RULE + ")", e);
        }
    }

    private static int parseLimit(String text) {
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MAX_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Reported below, like a number out of range.
        }
        throw new IllegalArgumentException("limit: \"" + text + "\" (expected: 1.." + MAX_LIMIT + ")");
    }
}
