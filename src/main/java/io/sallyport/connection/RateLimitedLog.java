package io.sallyport.connection;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/** At most one line a second, with the number of those left out. Confined to one thread. */
final class RateLimitedLog {
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private final Logger log;
    private long last = System.nanoTime() - INTERVAL;
    private long leftOut;

    RateLimitedLog(Logger log) {
        this.log = log;
    }

    void warn(String message) {
        long now = System.nanoTime();
        if (now - last < INTERVAL) {
            leftOut++;
            return;
        }
        log.atWarn().addKeyValue("left_out", leftOut).log(message);
        last = now;
        leftOut = 0;
    }
}
