package io.sallyport.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Waits until something that was moving stands still. */
public final class Stuck {
    private static final Duration STILL = Duration.ofMillis(400);

    private Stuck() {}

    /** Waits until a count, above 0, has not changed for a while; returns it. */
    public static long await(Callable<? extends Number> count) {
        long[] last = {0, System.nanoTime()};
        Awaitility.await("what stands still")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    long now = count.call().longValue();
                    if (now != last[0] || now == 0) {
                        last[0] = now;
                        last[1] = System.nanoTime();
                    }
                    return System.nanoTime() - last[1] > TimeUnit.MILLISECONDS.toNanos(STILL.toMillis());
                });
        return last[0];
    }
}
