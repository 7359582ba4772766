package io.sallyport.connection;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How long a connection whose settings a reload has replaced may go on. Confined to its event loop. */
final class Retirement {
    private final EventLoop loop;
    private final Runnable onOver;
    private final long begun = System.nanoTime();
    private @Nullable Future<?> timer;

    /** The time begins now. */
    Retirement(EventLoop loop, Runnable onOver) {
        this.loop = loop;
        this.onOver = onOver;
    }

    /**
     * Sets the time, counted from the constructor.
     *
     * @param maxAge zero: for ever
     */
    void after(Duration maxAge) {
        cancel();
        if (!maxAge.isZero()) {
            long left = maxAge.toNanos() - (System.nanoTime() - begun);
            timer = loop.schedule(onOver, Math.max(left, 0), TimeUnit.NANOSECONDS);
        }
    }

    void cancel() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
