package io.sallyport.eventloop;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Runs many small tasks on an event loop with its other work between them. Confined to the loop.
 *
 * <p>What is handed to the loop itself runs until nothing is left, and all connections wait for as long.
 */
public final class SlicedTasks {
    /** What one slice may take before the loop turns to its connections. */
    private static final Duration SLICE = Duration.ofMillis(1);

    /** A task without a delay would run before the loop looks at its connections. */
    private static final Duration PAUSE = Duration.ofMillis(1);

    private final EventLoop loop;
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean scheduled;

    public SlicedTasks(EventLoop loop) {
        this.loop = loop;
    }

    /** Runs {@code task} after those that were added before, never at once. */
    public void add(Runnable task) {
        tasks.add(task);
        schedule();
    }

    private void schedule() {
        if (!scheduled && !tasks.isEmpty()) {
            scheduled = true;
            loop.schedule(this::runSlice, PAUSE.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void runSlice() {
        scheduled = false;
        long begun = System.nanoTime();
        try {
            do {
                Runnable task = tasks.poll();
                if (task == null) {
                    return;
                }
                task.run();
            } while (System.nanoTime() - begun < SLICE.toNanos());
        } finally {
            // One task that fails must not take the others with it.
            schedule();
        }
    }
}
