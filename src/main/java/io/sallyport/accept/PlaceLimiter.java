package io.sallyport.accept;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Exact count of places, of connections or of handshakes, over all event loops.
 *
 * <p>A freed place goes straight to whoever waits longest, so that none is lost between two loops. Safe for use by any
 * thread.
 */
public final class PlaceLimiter {
    private final Set<Runnable> waiting = new LinkedHashSet<>();
    private int limit;
    private int held;

    /**
     * A limiter.
     *
     * @param limit places; 0 means no limit
     */
    public PlaceLimiter(int limit) {
        this.limit = unlessZero(limit);
    }

    /** Changes the number of places; 0 means no limit. Places over it are not taken away, only not given again. */
    public void limit(int places) {
        List<Runnable> served = new ArrayList<>();
        synchronized (this) {
            limit = unlessZero(places);
            while (held < limit) {
                Runnable next = poll();
                if (next == null) {
                    break;
                }
                held++;
                served.add(next);
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
        acquire(onPlace, 0);
    }

    /**
     * The same where no more than so many wait.
     *
     * @param mostWaiting 0 means no limit
     * @return false when as many wait already: nothing is called then
     */
    public boolean acquire(Runnable onPlace, int mostWaiting) {
        synchronized (this) {
            if (held >= limit) {
                return waiting.size() < unlessZero(mostWaiting) && waiting.add(onPlace);
            }
            held++;
        }
        onPlace.run();
        return true;
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
            next = held > limit ? null : poll();
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

    private @Nullable Runnable poll() {
        Iterator<Runnable> first = waiting.iterator();
        if (!first.hasNext()) {
            return null;
        }
        Runnable next = first.next();
        first.remove();
        return next;
    }

    private static int unlessZero(int number) {
        return number == 0 ? Integer.MAX_VALUE : number;
    }
}
