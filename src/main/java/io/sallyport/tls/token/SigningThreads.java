package io.sallyport.tls.token;

import io.sallyport.metrics.TokenMeters.SignatureResult;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Threads that wait for one token, so that nobody else does. What a token does not sign in time fails, and while it hangs no more
 * wait for it than the queue holds.
 */
final class SigningThreads {
    /** A token works at a few signatures at once, if at more than one. */
    private static final int THREADS = 4;

    private static final int LONGEST_QUEUE = 1024;

    /** Also the default of a handshake's timeout. */
    private static final long PATIENCE_SECONDS = 10;

    private final String token;
    private final TokenHealth health;
    private final ThreadPoolExecutor threads;

    /** A signature to be made. */
    interface Task {
        byte[] sign() throws TokenException;
    }

    /**
     * Threads that start with the first signature.
     *
     * @param token for messages
     * @param health is told what came of each signature
     */
    SigningThreads(String token, TokenHealth health) {
        this(token, health, LONGEST_QUEUE);
    }

    SigningThreads(String token, TokenHealth health, int longestQueue) {
        this.token = token;
        this.health = health;
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
            signature.completeExceptionally(noAnswer());
        }
        signature.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
        signature.whenComplete((bytes, fault) -> health.signed(fault == null ? null : failure(fault)));
        return signature;
    }

    /** As {@link #sign}, where nobody waits for it. Of a token that hangs it is known, and its queue is for clients. */
    void tryOut(Task task) {
        if (threads.getQueue().isEmpty()) {
            sign(task);
        } else {
            health.signed(noAnswer());
        }
    }

    private TokenException noAnswer() {
        return new TokenException(
                SignatureResult.QUEUE_FULL,
                token + " does not answer, and " + threads.getQueue().size() + " wait for it");
    }

    private TokenException failure(Throwable fault) {
        if (fault instanceof TokenException told) {
            return told;
        }
        return fault instanceof TimeoutException
                ? new TokenException(
                        SignatureResult.TIMEOUT, token + " does not answer within " + PATIENCE_SECONDS + "s")
                : new TokenException(String.valueOf(fault));
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
}
