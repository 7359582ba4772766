package io.sallyport.eventloop;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** How late an event loop is: whatever it does too long at a time, every connection of it waits for. */
public final class LoopDelay implements Runnable {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final EventLoop loop;
    private final LongConsumer delay;
    private long due;

    public LoopDelay(EventLoop loop, LongConsumer delay) {
        this.loop = loop;
        this.delay = delay;
    }

    public void start() {
        due = System.nanoTime() + PERIOD_NANOS;
        loop.schedule(this, PERIOD_NANOS, TimeUnit.NANOSECONDS);
    }

    @Override
    public void run() {
        // The loop's clock and this one are read a moment apart: a tick may seem early.
        delay.accept(Math.max(0, System.nanoTime() - due));
        start();
    }
}
