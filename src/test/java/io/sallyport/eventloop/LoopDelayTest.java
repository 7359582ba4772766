package io.sallyport.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class LoopDelayTest {
    private static final long BUSY = TimeUnit.MILLISECONDS.toNanos(800);

    @Test
    void tellsHowLongWhatWasDueHadToWaitForABusyLoop() throws InterruptedException {
        BlockingQueue<Long> delays = new LinkedBlockingQueue<>();
        EventLoop loop = new DefaultEventLoop();
        try {
            loop.execute(() -> {
                new LoopDelay(loop, delays::add).start();
                long end = System.nanoTime() + BUSY;
                while (System.nanoTime() < end) {
                    LockSupport.parkNanos(end - System.nanoTime());
                }
            });

            // Due after half a second, and run after BUSY at the earliest.
            assertThat(delays.poll(60, TimeUnit.SECONDS))
                    .isGreaterThanOrEqualTo(BUSY - TimeUnit.MILLISECONDS.toNanos(500));
            assertThat(delays.poll(60, TimeUnit.SECONDS)).as("the next tick").isNotNegative();
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }
}
