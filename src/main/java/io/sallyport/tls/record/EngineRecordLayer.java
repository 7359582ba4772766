package io.sallyport.tls.record;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;

/**
 * Netty's {@link SslHandler} for the whole life of a connection.
 *
 * <p>Its engine closes both directions at the client's close_notify.
 */
public final class EngineRecordLayer implements RecordLayer {
    private final SslHandler handler;
    private final RecordFraming framing = new RecordFraming();

    public EngineRecordLayer(SslHandler handler) {
        this.handler = handler;
    }

    /**
     * Follows the records that come from now on, since SslHandler does not show what it holds of one.
     *
     * @param ctx the handler's, between two records
     * @param name of the handler that is put in front of it
     */
    public void follow(ChannelHandlerContext ctx, String name) {
        ctx.pipeline().addBefore(ctx.name(), name, new Follower(framing));
    }

    @Override
    public Future<?> closeOutbound() {
        return handler.closeOutbound();
    }

    @Override
    public boolean isInboundClosed() {
        return handler.engine().isInboundDone();
    }

    @Override
    public boolean isMidRecord() {
        return framing.partial() > 0;
    }

    @Override
    public boolean isFullDuplex() {
        return false;
    }

    private static final class Follower extends ChannelDuplexHandler {
        private final RecordFraming framing;
        private boolean reading;
        private boolean spoke;

        Follower(RecordFraming framing) {
            this.framing = framing;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            framing.advance((ByteBuf) message);
            reading = true;
            ctx.fireChannelRead(message);
            reading = false;
            if (spoke) {
                spoke = false;
                // Netty's engine keeps the error behind its alert for the next call, for which nobody has a reason.
                ctx.channel().flush();
            }
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            // What is written while the engine reads is its own: an alert, or the answer to a key update.
            spoke |= reading;
            ctx.write(message, promise);
        }
    }
}
