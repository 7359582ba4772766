package io.sallyport.server;

import io.sallyport.config.DrainConfig;
import io.sallyport.connection.ConnectionLoops;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The orderly stop: not ready, {@code drain.delay} while still accepting, listeners closed, live connections finish, at
 * {@code drain.timeout} the rest are closed.
 */
final class Drain {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.server");

    private final Runnable closeListeners;
    private final ConnectionLoops loops;
    private final Supplier<DrainConfig> config;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CompletableFuture<Void> cut = new CompletableFuture<>();
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();

    Drain(Runnable closeListeners, ConnectionLoops loops, Supplier<DrainConfig> config) {
        this.closeListeners = closeListeners;
        this.loops = loops;
        this.config = config;
    }

    /**
     * Begins to drain, once.
     *
     * @param announce the first act
     * @param closeAll the last act
     * @return completes after the last act
     */
    CompletableFuture<Boolean> begin(Runnable announce, Runnable closeAll) {
        if (begun.compareAndSet(false, true)) {
            announce.run();
            new Thread(() -> run(closeAll), "sallyport-drain").start();
        }
        return done;
    }

    /** Completes after the last act. */
    CompletableFuture<Boolean> done() {
        return done;
    }

    /** Completes at once, and leaves open what is open: there is nobody left to close it. */
    void abandon() {
        done.complete(false);
    }

    /** Ends all waiting. */
    void cutShort() {
        cut.complete(null);
    }

    private void run(Runnable closeAll) {
        boolean finished = false;
        try {
            // Zero: no delay, but no deadline either.
            await(cut, config.get().delay());
            closeListeners.run();
            CompletableFuture<Void> empty = loops.whenEmpty();
            CompletableFuture<?> over = CompletableFuture.anyOf(cut, empty);
            Duration deadline = config.get().timeout();
            if (deadline.isZero()) {
                over.join();
            } else {
                await(over, deadline);
            }
            finished = empty.isDone();
            if (!finished) {
                LOG.warn("connections are cut: they did not finish within drain.timeout, or a second signal came");
            }
        } finally {
            try {
                closeAll.run();
            } finally {
                // Or a process that cannot close something would never end.
                done.complete(finished);
            }
        }
    }

    private static void await(CompletableFuture<?> future, Duration longest) {
        try {
            future.get(longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // The time is up: that is one of the two ways to go on.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
