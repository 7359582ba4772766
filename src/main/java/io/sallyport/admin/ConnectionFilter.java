package io.sallyport.admin;

import io.sallyport.accesslog.HandshakeSummary;
import io.sallyport.accesslog.TalliedConnection;
import io.sallyport.config.value.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which connections, or handshakes of theirs, are asked for.
 *
 * @param listener its name; null means any
 * @param reason why a handshake failed, a value of the label {@code reason}, or {@value #SUCCESS}; null means any
 * @param source where the client is; null means anywhere
 * @param connection its id; null means any
 * @param limit at most this many, 1 to {@value #MAX_LIMIT}
 */
public record ConnectionFilter(
        @Nullable String listener,
        @Nullable String reason,
        @Nullable Cidr source,
        @Nullable String connection,
        int limit) {
    private static final String SUCCESS = "success";
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    /**
     * Reads the parameters of a query for handshakes; of a repeated one, the last counts.
     *
     * @throws IllegalArgumentException with what is wrong with which parameter
     */
    static ConnectionFilter ofHandshakes(Map<String, List<String>> query) {
        return parse(query, List.of("listener", "reason", "source", "connection", "limit"));
    }

    /**
     * Reads the parameters of a query for open connections, which have no reason yet.
     *
     * @throws IllegalArgumentException with what is wrong with which parameter
     */
    static ConnectionFilter ofConnections(Map<String, List<String>> query) {
        return parse(query, List.of("listener", "source", "connection", "limit"));
    }

    private static ConnectionFilter parse(Map<String, List<String>> query, List<String> known) {
        for (String name : query.keySet()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "\"" + name + "\": unknown parameter (expected: " + String.join(", ", known) + ")");
            }
        }
        @Nullable String source = last(query, "source");
        @Nullable String limit = last(query, "limit");
        return new ConnectionFilter(
                last(query, "listener"),
                last(query, "reason"),
                source == null ? null : parseSource(source),
                last(query, "connection"),
                limit == null ? DEFAULT_LIMIT : parseLimit(limit));
    }

    private static @Nullable String last(Map<String, List<String>> query, String name) {
        List<String> values = query.get(name);
        return values == null ? null : values.get(values.size() - 1);
    }

    /** Whether this handshake is asked for. */
    public boolean takes(HandshakeSummary handshake) {
        String outcome = handshake.reason() == null ? SUCCESS : handshake.reason();
        return (reason == null || reason.equals(outcome))
                && takes(handshake.connection(), handshake.listener(), handshake.source());
    }

    /** Whether this connection is asked for. */
    public boolean takes(TalliedConnection open) {
        return takes(open.id(), open.listener(), open.source());
    }

    private boolean takes(String id, String ofListener, @Nullable InetAddress client) {
        return (connection == null || connection.equals(id))
                && (listener == null || listener.equals(ofListener))
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
