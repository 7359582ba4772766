package io.sallyport.server.lifecycle;

import io.sallyport.config.DrainConfig;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The orderly stop: {@code drain.delay} while still accepting, listeners closed, live connections finish, at
 * {@code drain.timeout} the rest are cut. On the control thread alone.
 */
final class Drain {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.server");

    private final ControlThread control;
    private final Runnable closeListeners;
    private final Supplier<CompletableFuture<Void>> whenEmpty;
    private final Consumer<Boolean> onEnd;
    private @Nullable Future<?> timer;
    private Step step = Step.IDLE;

    private enum Step {
        IDLE,
        DELAY,
        FINISHING,
        ENDED
    }

    /**
     * A drain, not begun.
     *
     * @param whenEmpty completes once no connection is open
     * @param onEnd whether all connections finished by themselves; they are left to be closed where they did not
     */
    Drain(
            ControlThread control,
            Runnable closeListeners,
            Supplier<CompletableFuture<Void>> whenEmpty,
            Consumer<Boolean> onEnd) {
        this.control = control;
        this.closeListeners = closeListeners;
        this.whenEmpty = whenEmpty;
        this.onEnd = onEnd;
    }

    /** Asking again changes nothing. */
    void begin(DrainConfig config) {
        if (step != Step.IDLE) {
            return;
        }
        step = Step.DELAY;
        timer = control.sendAfter(config.delay(), () -> close(config.timeout()));
    }

    /** Ends all waiting. */
    void cutShort() {
        if (step == Step.ENDED) {
            return;
        }
        if (step != Step.FINISHING) {
            closeListeners.run();
        }
        CompletableFuture<Void> empty = whenEmpty.get();
        step = Step.FINISHING;
        // Where nothing is open, nothing is cut: every loop says so in its next turn.
        empty.thenRun(() -> control.send(() -> end(true)));
        control.sendAfter(Duration.ofMillis(50), () -> end(false));
    }

    private void close(Duration timeout) {
        if (step != Step.DELAY) {
            return;
        }
        step = Step.FINISHING;
        closeListeners.run();
        whenEmpty.get().thenRun(() -> control.send(() -> end(true)));
        timer = timeout.isZero() ? null : control.sendAfter(timeout, () -> end(false));
    }

    private void end(boolean finished) {
        if (step != Step.FINISHING) {
            return;
        }
        step = Step.ENDED;
        if (timer != null) {
            timer.cancel(false);
        }
        if (!finished) {
            LOG.warn("connections are cut: they did not finish within drain.timeout, or a second signal came");
        }
        onEnd.accept(finished);
    }
}
