package io.sallyport.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.sallyport.config.LimitsConfig.WhenFull;
import io.sallyport.limits.ConnectionLimiter;
import io.sallyport.observe.ListenerMeters.AcceptError;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands on the listening channel of one event loop: lets an accepted connection through when there is a place.
 *
 * <p>Whether another acceptor of the listener has a queue cannot be seen from here, so with {@code when-full = wait} an
 * acceptor may hold one accepted connection, untouched, until it is handed a place; the rest wait in the kernel.
 */
final class AcceptGate extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.listener");
    private static final long PAUSE_MILLIS = 200;

    private final ConnectionLimiter limiter;
    private final Supplier<ListenerSettings> settings;
    private final RateLimitedLog refusals;
    private final RateLimitedLog errors;
    private @Nullable Parked parked;
    private boolean stopped;

    AcceptGate(ConnectionLimiter limiter, Supplier<ListenerSettings> settings) {
        this.limiter = limiter;
        this.settings = settings;
        this.refusals = new RateLimitedLog(LOG);
        this.errors = new RateLimitedLog(LOG);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Channel child = (Channel) message;
        if (limiter.tryAcquire()) {
            admit(ctx, child);
            return;
        }
        ListenerSettings now = settings.get();
        if (now.limits().whenFull() == WhenFull.REJECT) {
            now.meters().limitRejected();
            refusals.warn("listener " + now.name() + " is full: connections are refused (limits.connections)");
            child.config().setOption(ChannelOption.SO_LINGER, 0);
            child.unsafe().closeForcibly();
            return;
        }
        Parked waiting = new Parked(ctx, child);
        parked = waiting;
        ctx.channel().config().setAutoRead(false);
        limiter.acquire(waiting);
    }

    /** Stops accepting for good; a connection that waits for a place is let go. */
    void stop() {
        stopped = true;
        Parked waiting = parked;
        if (waiting != null && limiter.cancel(waiting)) {
            parked = null;
            waiting.child.unsafe().closeForcibly();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stop();
        ctx.fireChannelInactive();
    }

    /** Accept failed. Accepting pauses, so that a full descriptor table is neither a busy loop nor a log flood. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        String words = String.valueOf(cause.getMessage());
        boolean full = words.contains("Too many open files");
        settings.get().meters().acceptFailed(full ? AcceptError.TOO_MANY_OPEN_FILES : AcceptError.OTHER);
        errors.warn("listener " + settings.get().name() + " cannot accept: "
                + (full ? "too many open files (raise the limit of open files, or lower limits.connections)" : words));
        ctx.channel().config().setAutoRead(false);
        ctx.executor().schedule(() -> resume(ctx), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void admit(ChannelHandlerContext ctx, Channel child) {
        child.closeFuture().addListener(closed -> limiter.release());
        ctx.fireChannelRead(child);
    }

    private void resume(ChannelHandlerContext ctx) {
        if (parked == null && !stopped && ctx.channel().isOpen()) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    /** A connection that was accepted and waits for its place. */
    private final class Parked implements Runnable {
        private final ChannelHandlerContext ctx;
        private final Channel child;

        Parked(ChannelHandlerContext ctx, Channel child) {
            this.ctx = ctx;
            this.child = child;
        }

        /** Called with the place taken, on any thread. */
        @Override
        public void run() {
            ctx.executor().execute(() -> {
                parked = null;
                if (stopped) {
                    limiter.release();
                    child.unsafe().closeForcibly();
                    return;
                }
                admit(ctx, child);
                ctx.fireChannelReadComplete();
                resume(ctx);
            });
        }
    }
}
