package io.sallyport.eventloop.epoll;

import java.util.concurrent.TimeUnit;

/**
 * How long an event loop looks for the answer to a request that it has just passed on, before it begins with a step that the
 * answer would have to wait for.
 *
 * <p>It is earned by handshakes, so that no more than a ninth of a flooded loop's time is waited away. Times in nanoseconds.
 */
final class AnswerWait {
    /** A backend on the same machine answers sooner; one that does not is not waited for. */
    static final long LONGEST = TimeUnit.MICROSECONDS.toNanos(40);

    private static final int EARNED_PART = 8;

    private long saved;
    private long begun;
    private boolean waiting;

    /** Handshakes have had so much. */
    void earn(long worked) {
        saved = Math.min(LONGEST, saved + worked / EARNED_PART);
    }

    /** A request has been passed on. */
    void begin(long now) {
        end(now);
        begun = now;
        waiting = true;
    }

    /** The answer is there, or something else that changes what is worth waiting for. */
    void end(long now) {
        if (waiting) {
            saved -= Math.min(saved, now - begun);
            waiting = false;
        }
    }

    /** Whether to go on looking for an answer. */
    boolean lasts(long now) {
        if (waiting && now - begun >= saved) {
            end(now);
        }
        return waiting;
    }
}
