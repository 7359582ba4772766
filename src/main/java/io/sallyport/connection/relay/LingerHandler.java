package io.sallyport.connection.relay;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.sallyport.eventloop.Transport;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a TCP connection so that what was written arrives: FIN, read and discard until the peer's FIN, then close. Where
 * either FIN is there already the two streams came to their end by themselves, and nothing is left to wait for.
 *
 * <p>A close with unread input makes Linux send a reset, and the reset takes what is on its way with it. The wait is bounded
 * by {@link #LONGEST_MILLIS}; a peer that is still sending and has not acknowledged everything has
 * {@link #LONGEST_DELIVERY_MILLIS}.
 */
public final class LingerHandler extends ChannelDuplexHandler {
    static final long LONGEST_MILLIS = 1000;
    static final long LONGEST_DELIVERY_MILLIS = 5000;

    private static final long FIRST_LOOK_MILLIS = 1;
    private static final long MOST_BETWEEN_LOOKS_MILLIS = 50;

    private @Nullable ChannelHandlerContext context;
    private @Nullable ChannelPromise closing;
    private @Nullable Future<?> timer;
    private boolean awaitsFin;
    private boolean resets;
    private boolean ended;

    /** The channel's own, which stands next to its socket. */
    static LingerHandler of(Channel channel) {
        LingerHandler own = channel.pipeline().get(LingerHandler.class);
        if (own != null) {
            return own;
        }
        LingerHandler added = new LingerHandler();
        channel.pipeline().addFirst(Handlers.LINGER, added);
        return added;
    }

    /** The peer is in the middle of sending: the next close waits for its FIN, although our own is out. */
    void awaitFin() {
        awaitsFin = true;
    }

    /**
     * Resets the connection as soon as the peer has acknowledged everything that was written. What it sends meanwhile is
     * discarded, or it might never come to read.
     */
    void resetOnceDelivered() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        boolean closesAlready = closing != null;
        resets = true;
        cancelTimer();
        if (!closesAlready) {
            closing = ctx.newPromise();
        }
        if (ctx.channel().unsafe().outboundBuffer() == null
                || ctx.channel().unsafe().outboundBuffer().isEmpty()) {
            look(ctx, FIRST_LOOK_MILLIS, 0);
        } else {
            timer = ctx.executor().schedule(() -> end(ctx), LONGEST_MILLIS, TimeUnit.MILLISECONDS);
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> look(ctx, FIRST_LOOK_MILLIS, 0));
        }
        ctx.read();
    }

    private void look(ChannelHandlerContext ctx, long pause, long waited) {
        cancelTimer();
        Channel channel = ctx.channel();
        Transport transport = Transport.of(channel.eventLoop());
        if (!channel.isActive() || waited >= LONGEST_MILLIS || transport.isDelivered(channel)) {
            end(ctx);
            return;
        }
        long next = Math.min(2 * pause, MOST_BETWEEN_LOOKS_MILLIS);
        timer = ctx.executor().schedule(() -> look(ctx, next, waited + pause), pause, TimeUnit.MILLISECONDS);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (closing != null) {
            ctx.channel().closeFuture().addListener(closed -> promise.trySuccess());
            return;
        }
        DuplexChannel channel = (DuplexChannel) ctx.channel();
        if (!channel.isActive() || channel.isInputShutdown() || (channel.isOutputShutdown() && !awaitsFin)) {
            ctx.close(promise);
            return;
        }
        closing = promise;
        timer = ctx.executor().schedule(() -> onLate(ctx), LONGEST_MILLIS, TimeUnit.MILLISECONDS);
        if (channel.isOutputShutdown()) {
            ctx.read();
            return;
        }
        // The shutdown would throw away what is still queued, so it goes behind an empty write.
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            if (!flushed.isSuccess() || !channel.isActive()) {
                end(ctx);
                return;
            }
            Transport.of(channel.eventLoop()).shutdownOutput(channel);
            ctx.read();
        });
    }

    /** Closed now, what the peer sends would be answered with a reset that overtakes what it has not received yet. */
    private void onLate(ChannelHandlerContext ctx) {
        if (!awaitsFin || Transport.of(ctx.channel().eventLoop()).isDelivered(ctx.channel())) {
            end(ctx);
            return;
        }
        timer = ctx.executor()
                .schedule(() -> end(ctx), LONGEST_DELIVERY_MILLIS - LONGEST_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (closing == null) {
            ctx.fireChannelRead(message);
            return;
        }
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (closing == null) {
            ctx.fireChannelReadComplete();
            return;
        }
        ctx.read();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (closing == null) {
            ctx.fireUserEventTriggered(event);
        } else if (event == ChannelInputShutdownEvent.INSTANCE && !resets) {
            end(ctx);
        }
    }

    /** Netty has closed it: at the peer's FIN, where half-closed is not allowed, or after an error. */
    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (closing != null) {
            end(ctx);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (closing != null) {
            end(ctx);
            return;
        }
        ctx.fireExceptionCaught(cause);
    }

    private void end(ChannelHandlerContext ctx) {
        cancelTimer();
        if (ended) {
            // The close itself fails the writes that are left, and each of them tells exceptionCaught.
            return;
        }
        ended = true;
        if (resets && ctx.channel().isOpen()) {
            ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        ctx.close(closing == null ? ctx.newPromise() : closing);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
