package io.sallyport.connection;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.sallyport.config.TimeoutsConfig;
import io.sallyport.eventloop.Transport;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one connection: one for the step that it is in, one for all of it. Confined to its event loop.
 *
 * <p>Where one is off ({@code 0s}) the next longer one bounds the step, so that no peer holds a connection for ever that does not
 * relay anything.
 */
final class Deadlines {
    /** For a step that moves no byte, where every key is off that bounds it. */
    static final Duration LAST_RESORT = Duration.ofHours(1);

    /** The same for a connection that is ending. */
    static final Duration LAST_RESORT_OF_AN_END = Duration.ofMinutes(1);

    /**
     * A time, and the key that it comes from.
     *
     * @param time zero: never
     */
    record Bound(Duration time, String key) {}

    private final EventLoop loop;
    private @Nullable Future<?> step;
    private @Nullable Future<?> lifetime;

    Deadlines(EventLoop loop) {
        this.loop = loop;
    }

    /** From accept to the end of the handshake. */
    static Bound handshake(TimeoutsConfig timeouts) {
        return firstThatIsOn(timeouts.handshake(), "timeouts.handshake", timeouts.idle());
    }

    /** While a server is dialled, which has its own deadlines unless {@code connect.timeout} is off. */
    static Bound dial(Duration connectTimeout, TimeoutsConfig timeouts) {
        return connectTimeout.isZero()
                ? firstThatIsOn(Duration.ZERO, "", timeouts.idle())
                : new Bound(Duration.ZERO, "connect.timeout");
    }

    /** While every server is full, where {@code queue.deadline} is off. */
    static Duration place(TimeoutsConfig timeouts) {
        return firstThatIsOn(Duration.ZERO, "", timeouts.idle()).time();
    }

    /** From the first end of a stream; zero where {@code timeouts.idle} goes on to bound it. */
    static Bound end(TimeoutsConfig timeouts) {
        if (!timeouts.halfClose().isZero()) {
            return new Bound(timeouts.halfClose(), "timeouts.half-close");
        }
        return new Bound(timeouts.idle().isZero() ? LAST_RESORT_OF_AN_END : Duration.ZERO, "timeouts.idle");
    }

    /**
     * A peer that has vanished does not keep the connection for as long as the other side goes on sending: the kernel gives
     * it up (TCP_USER_TIMEOUT). Twice the idle time, because the kernel counts from the oldest byte that is not acknowledged,
     * and would otherwise end as reset what is idle. Connections shorter than the idle time are spared two system calls.
     */
    static void giveUpWhenIdle(TimeoutsConfig timeouts, @Nullable Channel... channels) {
        for (Channel channel : channels) {
            if (channel instanceof SocketChannel tcp) {
                Transport.of(tcp.eventLoop()).giveUpAfter(tcp, timeouts.idle().multipliedBy(2));
            }
        }
    }

    private static Bound firstThatIsOn(Duration own, String key, Duration idle) {
        if (!own.isZero()) {
            return new Bound(own, key);
        }
        return idle.isZero() ? new Bound(LAST_RESORT, "an hour") : new Bound(idle, "timeouts.idle");
    }

    /** Bounds the step that begins now, instead of the one before. */
    void step(Bound bound, Consumer<String> onDeadline) {
        step(bound.time(), () -> onDeadline.accept(bound.key()));
    }

    /** The same; zero: without a deadline. */
    void step(Duration time, Runnable onDeadline) {
        endStep();
        step = after(time, onDeadline);
    }

    /** The step is over. */
    void endStep() {
        cancel(step);
        step = null;
    }

    /** Bounds the whole connection. */
    void lifetime(Duration time, Runnable onDeadline) {
        lifetime = after(time, onDeadline);
    }

    /** The connection is over. */
    void end() {
        endStep();
        cancel(lifetime);
        lifetime = null;
    }

    private @Nullable Future<?> after(Duration time, Runnable onDeadline) {
        return time.isZero() ? null : loop.schedule(onDeadline, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static void cancel(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
