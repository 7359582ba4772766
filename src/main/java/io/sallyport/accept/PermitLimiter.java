package io.sallyport.accept;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A semaphore for connections or for handshakes, exact over all event loops, that calls back instead of blocking.
 *
 * <p>A permit that is given back goes straight to whoever waits longest, so that none is lost between two loops. Safe for
 * use by any thread.
 */
public final class PermitLimiter {
    private final Set<Runnable> waiting = new LinkedHashSet<>();
    private int limit;
    private int held;

    /**
     * A limiter.
     *
     * @param limit permits; 0 means no limit
     */
    public PermitLimiter(int limit) {
        this.limit = unlessZero(limit);
    }

    /** Changes the number of permits; 0 means no limit. Those over it are not taken away, only not given again. */
    public void limit(int permits) {
        List<Runnable> granted = new ArrayList<>();
        synchronized (this) {
            limit = unlessZero(permits);
            while (held < limit) {
                Runnable next = poll();
                if (next == null) {
                    break;
                }
                held++;
                granted.add(next);
            }
        }
        granted.forEach(Runnable::run);
    }

    /** Takes a permit if one is free. */
    public synchronized boolean tryAcquire() {
        if (held >= limit) {
            return false;
        }
        held++;
        return true;
    }

    /** Takes a permit now, or later: {@code onPermit} is called once, with the permit taken, by whichever thread frees it. */
    public void acquire(Runnable onPermit) {
        acquire(onPermit, 0);
    }

    /**
     * The same where no more than so many wait.
     *
     * @param mostWaiting 0 means no limit
     * @return false when as many wait already: nothing is called then
     */
    public boolean acquire(Runnable onPermit, int mostWaiting) {
        synchronized (this) {
            if (held >= limit) {
                return waiting.size() < unlessZero(mostWaiting) && waiting.add(onPermit);
            }
            held++;
        }
        onPermit.run();
        return true;
    }

    /** Gives up waiting; false when the permit was handed over already. */
    public synchronized boolean cancel(Runnable onPermit) {
        return waiting.remove(onPermit);
    }

    /** Gives a permit back. Once for each that was taken. */
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

    /** Permits taken now. */
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
