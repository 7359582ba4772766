package io.sallyport.backend;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sallyport.backend.BackendServer.Endpoint;
import io.sallyport.backend.WaitingLine.Sought;
import io.sallyport.metrics.QueueMeters.Result;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The wait of one connection for room at a server.
 *
 * <p>Confined to the connection's event loop, but for {@link WaitingLine.Guest}, which the backends' calls.
 */
final class PlaceInLine implements WaitingLine.Guest<Backend> {
    private final EventLoop loop;
    private final Backend backend;
    private final long source;
    private final @Nullable SocketAddress client;
    private final List<Endpoint> tried;
    private final Callback callback;
    private final long begun;
    private WaitingLine<Backend>.@Nullable Entry entry;
    private @Nullable Future<?> timer;
    private boolean over;

    /** On the backends' event loop, until it is called. */
    private @Nullable Backend pool;

    private @Nullable Endpoint found;

    /** What came of it; one of these, once, unless it is left. */
    interface Callback {
        /**
         * There is room, and it is taken.
         *
         * @param serving what serves by that name now; where it is not the same as before, it is retained for one dial
         */
        void onRoom(Backend serving, Endpoint endpoint, long waitedNanos);

        /** No server is left that could be waited for. */
        void onNobody(long waitedNanos);

        /** The time is over. */
        void onLate(long waitedNanos);
    }

    /**
     * A wait that has not begun.
     *
     * @param source hash of the client's address
     * @param tried servers that are out of the question
     */
    PlaceInLine(
            EventLoop loop,
            Backend backend,
            long source,
            @Nullable SocketAddress client,
            Collection<Endpoint> tried,
            Callback callback) {
        this.loop = loop;
        this.backend = backend;
        this.source = source;
        this.client = client;
        this.tried = List.copyOf(tried);
        this.callback = callback;
        this.begun = loop.ticker().nanoTime();
    }

    /**
     * Begins to wait. The callback is not called before this returns.
     *
     * @return whether there is a place in the line
     */
    boolean begin(Duration deadline) {
        entry = backend.line().join(this, backend.queue().length());
        if (entry == null) {
            backend.line().meters().ended(Result.FULL);
            return false;
        }
        timer = loop.schedule(this::onDeadline, deadline.toNanos(), TimeUnit.NANOSECONDS);
        return true;
    }

    /** The client has gone. */
    void leave() {
        if (over) {
            return;
        }
        end();
        // Where it was called in the same moment, the call finds that it is over.
        if (entry != null && entry.leave()) {
            backend.line().meters().ended(Result.LEFT);
        }
    }

    private void onDeadline() {
        if (!over && entry != null && entry.leave()) {
            end();
            backend.line().meters().ended(Result.TIMEOUT);
            callback.onLate(waited());
        }
    }

    private void end() {
        over = true;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private long waited() {
        return loop.ticker().nanoTime() - begun;
    }

    // ---- on the backends' event loop

    @Override
    public Sought seek(Backend serving) {
        Endpoint taken = serving.take(source, serving.source(client), tried);
        if (taken != null) {
            pool = serving;
            found = taken;
            return Sought.FOUND;
        }
        if (!serving.hasServer(serving.source(client), tried)) {
            return Sought.NOBODY;
        }
        return serving.hasRoom() ? Sought.FULL : Sought.FULL_FOR_ALL;
    }

    @Override
    public void giveBack() {
        Objects.requireNonNull(found).givenBack();
    }

    @Override
    public void called() {
        Backend serving = Objects.requireNonNull(pool);
        Endpoint endpoint = Objects.requireNonNull(found);
        if (serving != backend) {
            // Here, where no reload can release it in the same moment.
            serving.retain();
        }
        loop.execute(() -> {
            if (over) {
                endpoint.givenBack();
                backend.line().meters().ended(Result.LEFT);
                if (serving != backend) {
                    serving.release();
                }
                return;
            }
            end();
            backend.line().meters().granted(waited());
            callback.onRoom(serving, endpoint, waited());
        });
    }

    @Override
    public void turnedAway() {
        loop.execute(() -> {
            backend.line().meters().ended(over ? Result.LEFT : Result.NO_SERVER);
            if (!over) {
                end();
                callback.onNobody(waited());
            }
        });
    }
}
