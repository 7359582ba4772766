package io.sallyport.limits;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Exact count of the connections of one listener over all of its acceptors.
 *
 * <p>A freed place goes straight to whoever waits longest, so that none is lost between two acceptors. Safe for use by
 * any thread.
 */
public final class ConnectionLimiter {
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int limit;
    private int held;

    /**
     * A limiter.
     *
     * @param limit places; 0 means no limit
     */
    public ConnectionLimiter(int limit) {
        this.limit = places(limit);
    }

    /** Changes the number of places; 0 means no limit. Places over it are not taken away, only not given again. */
    public void limit(int connections) {
        List<Runnable> served = new ArrayList<>();
        synchronized (this) {
            limit = places(connections);
            while (held < limit && !waiting.isEmpty()) {
                held++;
                served.add(waiting.remove());
            }
        }
        served.forEach(Runnable::run);
    }

    /** Takes a place if one is free. */
    public synchronized boolean tryAcquire() {
        if (held >= limit) {
            return false;
        }
        held++;
        return true;
    }

    /** Takes a place now, or later: {@code onPlace} is called once, with the place taken, by whichever thread frees it. */
    public void acquire(Runnable onPlace) {
        synchronized (this) {
            if (held >= limit) {
                waiting.add(onPlace);
                return;
            }
            held++;
        }
        onPlace.run();
    }

    /** Gives up waiting; false when the place was handed over already. */
    public synchronized boolean cancel(Runnable onPlace) {
        return waiting.remove(onPlace);
    }

    /** Gives a place back. Once for each that was taken. */
    public void release() {
        @Nullable Runnable next;
        synchronized (this) {
            if (held == 0) {
                throw new IllegalStateException("released more often than acquired");
            }
            next = held > limit ? null : waiting.poll();
            if (next == null) {
                held--;
                return;
            }
        }
        next.run();
    }

    private static int places(int connections) {
        return connections == 0 ? Integer.MAX_VALUE : connections;
    }

    /** Places taken now. */
    public synchronized int held() {
        return held;
    }
}
