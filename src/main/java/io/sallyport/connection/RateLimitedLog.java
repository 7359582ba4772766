package io.sallyport.connection;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/** At most one line a second, with the number of those left out. Safe for use by any thread. */
final class RateLimitedLog {
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private final Logger log;
    private final AtomicLong last = new AtomicLong(System.nanoTime() - INTERVAL);
    private final AtomicLong leftOut = new AtomicLong();

    RateLimitedLog(Logger log) {
        this.log = log;
    }

    void warn(String message) {
        long now = System.nanoTime();
        long before = last.get();
        if (now - before < INTERVAL || !last.compareAndSet(before, now)) {
            leftOut.incrementAndGet();
            return;
        }
        log.atWarn().addKeyValue("left_out", leftOut.getAndSet(0)).log(message);
    }
}
