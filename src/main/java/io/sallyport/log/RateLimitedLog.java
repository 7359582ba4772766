package io.sallyport.log;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;
import org.slf4j.spi.NOPLoggingEventBuilder;

/**
 * For what a peer can bring about as often as it likes: at most one line a second, with the number of those left out. On level
 * DEBUG every line is logged. Safe for use by any thread.
 */
public final class RateLimitedLog {
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private final Logger log;
    private final AtomicLong last = new AtomicLong(System.nanoTime() - INTERVAL);
    private final AtomicLong leftOut = new AtomicLong();

    public RateLimitedLog(Logger log) {
        this.log = log;
    }

    /** A line that will be logged, or one that goes nowhere. */
    public LoggingEventBuilder at(Level level) {
        long now = System.nanoTime();
        long before = last.get();
        boolean due = now - before >= INTERVAL && last.compareAndSet(before, now);
        if (!due && !log.isDebugEnabled()) {
            leftOut.incrementAndGet();
            return NOPLoggingEventBuilder.singleton();
        }
        return log.atLevel(level).addKeyValue("left_out", leftOut.getAndSet(0));
    }
}
