package io.sallyport.accept;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.sallyport.config.LimitsConfig;
import io.sallyport.eventloop.ServingOrder;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection's permit to make its handshake ({@code limits.handshakes-in-flight}), and the wait for it.
 *
 * <p>Confined to the event loop, but for {@link #run}.
 */
public final class HandshakeTurn implements Runnable {
    private final PermitLimiter permits;
    private final EventExecutor loop;
    private final ServingOrder order;
    private final Runnable onTurn;
    private State state = State.NEW;
    private @Nullable Future<?> deadline;

    /** How far the connection has come. */
    public enum State {
        NEW,
        WAITING,
        UNDER_WAY,
        OVER
    }

    HandshakeTurn(PermitLimiter permits, EventExecutor loop, ServingOrder order, Runnable onTurn) {
        this.permits = permits;
        this.loop = loop;
        this.order = order;
        this.onTurn = onTurn;
    }

    /**
     * Takes a permit, or queues for one.
     *
     * @param onDeadline called when the wait is too long
     * @return UNDER_WAY: begin now; WAITING: {@code onTurn} will be called; OVER: the queue is full
     */
    public State take(LimitsConfig.Queue queue, Runnable onDeadline) {
        if (state != State.NEW) {
            return state;
        }
        if (permits.tryAcquire()) {
            state = State.UNDER_WAY;
        } else if (permits.acquire(this, queue.length())) {
            state = State.WAITING;
            if (!queue.deadline().isZero()) {
                deadline = loop.schedule(onDeadline, queue.deadline().toNanos(), TimeUnit.NANOSECONDS);
            }
        } else {
            state = State.OVER;
        }
        return state;
    }

    public boolean isWaiting() {
        return state == State.WAITING;
    }

    /** Called with the permit taken, on any thread. */
    @Override
    public void run() {
        loop.execute(() -> order.handshake(this::onPermit));
    }

    private void onPermit() {
        cancelDeadline();
        if (state == State.OVER) {
            permits.release();
            return;
        }
        state = State.UNDER_WAY;
        onTurn.run();
    }

    /** The handshake is over, or will not be. */
    public void end() {
        cancelDeadline();
        if (state == State.UNDER_WAY) {
            permits.release();
        } else if (state == State.WAITING) {
            // False: the permit is on its way, and onPermit gives it back.
            permits.cancel(this);
        }
        state = State.OVER;
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
