package io.sallyport.server.lifecycle;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread on which a server's life is decided, one message after the other. After its end messages are dropped. */
final class ControlThread {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.server");

    private final ScheduledThreadPoolExecutor executor;
    private final Set<Runnable> unanswered = ConcurrentHashMap.newKeySet();

    /** Starts the thread now: later a full descriptor table may keep it from starting. */
    ControlThread(String name) {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.prestartAllCoreThreads();
    }

    /** Sends a message; from any thread. */
    void send(Runnable message) {
        try {
            executor.execute(guarded(message));
        } catch (RejectedExecutionException e) {
            LOG.debug("too late: everything is stopped");
        }
    }

    /**
     * Sends a message that is answered, at once or by a later one.
     *
     * @param ifTooLate the answer after the end
     */
    <T> CompletableFuture<T> ask(Consumer<CompletableFuture<T>> message, T ifTooLate) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Runnable tooLate = () -> answer.complete(ifTooLate);
        unanswered.add(tooLate);
        answer.whenComplete((any, failure) -> unanswered.remove(tooLate));
        try {
            executor.execute(() -> {
                try {
                    message.accept(answer);
                } catch (RuntimeException | Error e) {
                    answer.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            tooLate.run();
        }
        return answer;
    }

    /** Sends a message to come in a while. */
    ScheduledFuture<?> sendAfter(Duration delay, Runnable message) {
        return executor.schedule(guarded(message), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Ends after the message under way; from any thread. */
    void stop() {
        executor.shutdown();
        // Messages that are queued are dropped now.
        unanswered.forEach(Runnable::run);
    }

    /** Without this an exception would be lost in the future of the task. */
    private static Runnable guarded(Runnable message) {
        return () -> {
            try {
                message.run();
            } catch (RuntimeException e) {
                LOG.error("the control thread goes on after an internal error", e);
            }
        };
    }
}
