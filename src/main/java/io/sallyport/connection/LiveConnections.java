package io.sallyport.connection;

import io.netty.channel.EventLoop;
import io.sallyport.accesslog.ConnectionTally;
import io.sallyport.accesslog.TalliedConnection;
import io.sallyport.eventloop.SlicedTasks;
import io.sallyport.metrics.CloseReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** The open connections of one event loop; touched on that loop alone. */
final class LiveConnections {
    private static final int TALLIED_AT_ONCE = 64;

    private final EventLoop loop;
    private final Set<OpenConnection> connections = new LinkedHashSet<>();
    private final InternalErrors internalErrors = new InternalErrors();
    private final SlicedTasks judgements;
    private final SlicedTasks tallies;
    private final List<CompletableFuture<Void>> whenEmpty = new ArrayList<>();

    LiveConnections(EventLoop loop) {
        this.loop = loop;
        this.judgements = new SlicedTasks(loop);
        this.tallies = new SlicedTasks(loop);
    }

    InternalErrors internalErrors() {
        return internalErrors;
    }

    void add(OpenConnection connection) {
        connections.add(connection);
    }

    void remove(OpenConnection connection) {
        connections.remove(connection);
        completeIfEmpty();
    }

    /** Completes as soon as no connection is open; from any thread. Connections that are accepted later put it off. */
    CompletableFuture<Void> whenEmpty() {
        CompletableFuture<Void> result = new CompletableFuture<>();
        loop.execute(() -> {
            whenEmpty.add(result);
            completeIfEmpty();
        });
        return result;
    }

    private void completeIfEmpty() {
        if (connections.isEmpty()) {
            whenEmpty.forEach(waiter -> waiter.complete(null));
            whenEmpty.clear();
        }
    }

    /** Where connected clients queue to be judged again, so that a thousand do not block the loop. */
    SlicedTasks judgements() {
        return judgements;
    }

    /** A reload may have changed who is let in; from any thread. */
    void judgeClientsAgain() {
        loop.execute(() -> connections.forEach(OpenConnection::judgeClientAgain));
    }

    /** As {@link ConnectionLoops#retire}, from any thread. */
    void retire(Predicate<ListenerSettings> isReplaced, Duration maxAge) {
        loop.execute(() -> connections.forEach(connection -> connection.retire(isReplaced, maxAge)));
    }

    /**
     * Counts what is open, between the loop's other work; from any thread. Completes on the loop.
     *
     * @param chosen which connections to keep
     * @param most as many of them
     */
    CompletableFuture<ConnectionTally> tally(Predicate<TalliedConnection> chosen, int most) {
        CompletableFuture<ConnectionTally> result = new CompletableFuture<>();
        loop.execute(() -> {
            ConnectionTally tally = new ConnectionTally(chosen, most);
            List<OpenConnection> open = List.copyOf(connections);
            for (int from = 0; from < open.size(); from += TALLIED_AT_ONCE) {
                List<OpenConnection> some = open.subList(from, Math.min(from + TALLIED_AT_ONCE, open.size()));
                tallies.add(() -> some.forEach(tally::add));
            }
            tallies.add(() -> result.complete(tally));
        });
        return result;
    }

    /** Closes every connection, from any thread. */
    void closeAll(CloseReason reason) {
        loop.execute(() -> new ArrayList<>(connections).forEach(connection -> connection.close(reason)));
    }
}
