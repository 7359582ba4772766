package io.sallyport.accept;

import io.netty.util.concurrent.Future;
import io.sallyport.config.LimitsConfig;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection's place among the handshakes under way ({@code limits.handshakes-in-flight}), and the wait for it.
 *
 * <p>Confined to the event loop, but for {@link #run}.
 */
public final class HandshakeTurn implements Runnable {
    private final HandshakeGate gate;
    private final Runnable onTurn;
    private State state = State.NEW;
    private @Nullable Future<?> deadline;

    /** How far it is. */
    public enum State {
        NEW,
        WAITING,
        UNDER_WAY,
        OVER
    }

    HandshakeTurn(HandshakeGate gate, Runnable onTurn) {
        this.gate = gate;
        this.onTurn = onTurn;
    }

    /**
     * Takes a place, or queues for one.
     *
     * @param onDeadline called when the wait is too long
     * @return UNDER_WAY: begin now; WAITING: {@code onTurn} will be called; OVER: the queue is full
     */
    public State take(LimitsConfig.Queue queue, Runnable onDeadline) {
        if (state != State.NEW) {
            return state;
        }
        if (gate.places().tryAcquire()) {
            state = State.UNDER_WAY;
        } else if (gate.places().acquire(this, queue.length())) {
            state = State.WAITING;
            if (!queue.deadline().isZero()) {
                deadline = gate.loop().schedule(onDeadline, queue.deadline().toNanos(), TimeUnit.NANOSECONDS);
            }
        } else {
            state = State.OVER;
        }
        return state;
    }

    public boolean isWaiting() {
        return state == State.WAITING;
    }

    /** Called with the place taken, on any thread. */
    @Override
    public void run() {
        gate.loop().execute(() -> gate.order().handshake(this::onPlace));
    }

    private void onPlace() {
        cancelDeadline();
        if (state == State.OVER) {
            gate.places().release();
            return;
        }
        state = State.UNDER_WAY;
        onTurn.run();
    }

    /** The handshake is over, or will not be. */
    public void end() {
        cancelDeadline();
        if (state == State.UNDER_WAY) {
            gate.places().release();
        } else if (state == State.WAITING) {
            // False: the place is on its way, and onPlace gives it back.
            gate.places().cancel(this);
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
