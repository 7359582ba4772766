package io.sallyport.accesslog;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Counts the open connections of one event loop, and keeps some of them. Confined to that loop until it is complete. */
public final class ConnectionTally {
    private final Predicate<TalliedConnection> chosen;
    private final int most;
    private final Map<InetAddress, Source> sources = new HashMap<>();
    private final List<ConnectionSummary> connections = new ArrayList<>();
    private int open;

    /** What one client address has open. */
    record Source(int connections, long bytes) {
        Source plus(Source other) {
            return new Source(connections + other.connections, bytes + other.bytes);
        }
    }

    /**
     * A tally of nothing yet.
     *
     * @param chosen which connections to keep
     * @param most as many of them
     */
    public ConnectionTally(Predicate<TalliedConnection> chosen, int most) {
        this.chosen = chosen;
        this.most = most;
    }

    /** Counts one. */
    public void add(TalliedConnection connection) {
        open++;
        @Nullable InetAddress source = connection.source();
        if (source != null) {
            sources.merge(source, new Source(1, connection.bytes()), Source::plus);
        }
        if (connections.size() < most && chosen.test(connection)) {
            connections.add(connection.summary());
        }
    }

    int open() {
        return open;
    }

    Map<InetAddress, Source> sources() {
        return sources;
    }

    List<ConnectionSummary> connections() {
        return connections;
    }
}
