package io.sallyport.connection;

import io.netty.channel.EventLoop;
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
    private final EventLoop loop;
    private final Set<OpenConnection> connections = new LinkedHashSet<>();
    private final InternalErrors internalErrors = new InternalErrors();
    private final SlicedTasks judgements;
    private final List<CompletableFuture<Void>> whenEmpty = new ArrayList<>();

    LiveConnections(EventLoop loop) {
        this.loop = loop;
        this.judgements = new SlicedTasks(loop);
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

    /** Closes every connection, from any thread. */
    void closeAll(CloseReason reason) {
        loop.execute(() -> new ArrayList<>(connections).forEach(connection -> connection.close(reason)));
    }
}
