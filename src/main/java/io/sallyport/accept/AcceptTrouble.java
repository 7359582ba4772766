package io.sallyport.accept;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Whether a failed accept is the first of its kind for a while. Shared by the acceptors of a listener. */
public final class AcceptTrouble {
    /** Accepting is tried again several times a second, so that a longer silence means that accepting worked. */
    private static final long QUIET = TimeUnit.SECONDS.toNanos(10);

    private final AtomicLong last = new AtomicLong(System.nanoTime() - QUIET);

    /** Counts one more; true when it is to be logged. */
    boolean begins() {
        long now = System.nanoTime();
        return now - last.getAndSet(now) >= QUIET;
    }
}
