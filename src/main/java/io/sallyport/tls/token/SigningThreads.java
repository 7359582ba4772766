package io.sallyport.tls.token;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that wait for one token, so that nobody else does. What a token does not sign in time fails, and while it hangs no more
 * wait for it than the queue holds.
 */
final class SigningThreads {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.tls");

    /** A token works at a few signatures at once, if at more than one. */
    private static final int THREADS = 4;

    private static final int LONGEST_QUEUE = 1024;

    private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

    /** Also the default of a handshake's timeout. */
    private static final long PATIENCE_SECONDS = 10;

    private final String token;
    private final ThreadPoolExecutor threads;
    private volatile String trouble = "";
    private final AtomicLong told = new AtomicLong(System.nanoTime() - PAUSE);

    /** A signature to be made. */
    interface Task {
        byte[] sign() throws TokenException;
    }

    /** @param token for messages */
    SigningThreads(String token) {
        this(token, LONGEST_QUEUE);
    }

    SigningThreads(String token, int longestQueue) {
        this.token = token;
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, PATIENCE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(longestQueue), task -> {
                    Thread thread = new Thread(task, "sallyport-token");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** Never blocks. */
    CompletableFuture<byte[]> sign(Task task) {
        CompletableFuture<byte[]> signature = new CompletableFuture<>();
        try {
            threads.execute(() -> run(task, signature));
        } catch (RejectedExecutionException e) {
            signature.completeExceptionally(new TokenException(
                    token + " does not answer, and " + threads.getQueue().size() + " wait for it"));
        }
        signature.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
        signature.whenComplete((bytes, fault) -> tell(fault));
        return signature;
    }

    private static void run(Task task, CompletableFuture<byte[]> signature) {
        // The client of one that has waited for too long is gone: signing for it would keep others waiting.
        if (signature.isDone()) {
            return;
        }
        try {
            signature.complete(task.sign());
        } catch (TokenException | RuntimeException | Error e) {
            signature.completeExceptionally(e);
        }
    }

    /** A line when what is wrong changes, and one a second at the most: of a token that works at times every other fails. */
    private void tell(@Nullable Throwable fault) {
        String now = fault == null ? "" : words(fault);
        long before = told.get();
        long time = System.nanoTime();
        if (trouble.equals(now) || time - before < PAUSE || !told.compareAndSet(before, time)) {
            return;
        }
        trouble = now;
        if (now.isEmpty()) {
            LOG.atInfo().addKeyValue("token", token).log("the token signs again");
        } else {
            LOG.atWarn().addKeyValue("token", token).log("the token does not sign: {}", now);
        }
    }

    private String words(Throwable fault) {
        if (fault instanceof TokenException told) {
            return told.words();
        }
        return fault instanceof TimeoutException
                ? token + " does not answer within " + PATIENCE_SECONDS + "s"
                : String.valueOf(fault);
    }
}
