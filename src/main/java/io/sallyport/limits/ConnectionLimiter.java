package io.sallyport.limits;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Exact count of the connections of one listener over all of its acceptors.
 *
 * <p>A freed place goes straight to whoever waits longest, so that none is lost between two acceptors. Safe for use by
 * any thread.
 */
public final class ConnectionLimiter {
    private final int limit;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int held;

    /**
     * A limiter.
     *
     * @param limit places; 0 means no limit
     */
    public ConnectionLimiter(int limit) {
        this.limit = limit == 0 ? Integer.MAX_VALUE : limit;
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
        Runnable next;
        synchronized (this) {
            if (held == 0) {
                throw new IllegalStateException("released more often than acquired");
            }
            next = waiting.poll();
            if (next == null) {
                held--;
                return;
            }
        }
        next.run();
    }

    /** Places taken now. */
    public synchronized int held() {
        return held;
    }
}
