package io.sallyport.connection;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.sallyport.transport.Transport;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a TCP connection so that what was written arrives: FIN, read and discard until the peer's FIN, then close. Where
 * either FIN is there already the two streams came to their end by themselves, and nothing is left to wait for.
 *
 * <p>A close with unread input makes Linux send a reset, and the reset takes the last alert with it. The wait is bounded
 * by {@link #PATIENCE_MILLIS}.
 */
final class LingerHandler extends ChannelDuplexHandler {
    static final long PATIENCE_MILLIS = 1000;

    private @Nullable ChannelPromise closing;
    private @Nullable Future<?> timer;

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (closing != null) {
            ctx.channel().closeFuture().addListener(closed -> promise.trySuccess());
            return;
        }
        DuplexChannel channel = (DuplexChannel) ctx.channel();
        if (!channel.isActive() || channel.isInputShutdown() || channel.isOutputShutdown()) {
            ctx.close(promise);
            return;
        }
        closing = promise;
        timer = ctx.executor().schedule(() -> end(ctx), PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
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
        if (closing != null && event == ChannelInputShutdownEvent.INSTANCE) {
            end(ctx);
            return;
        }
        ctx.fireUserEventTriggered(event);
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
        if (timer != null) {
            timer.cancel(false);
        }
        ctx.close(closing == null ? ctx.newPromise() : closing);
    }
}
