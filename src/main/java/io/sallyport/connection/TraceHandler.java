package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.trace.HandshakeTrace;

/** Copies every byte of the handshake to its trace, in both directions; leaves the pipeline when the handshake is done. */
final class TraceHandler extends ChannelDuplexHandler {
    private final HandshakeTrace trace;

    TraceHandler(HandshakeTrace trace) {
        this.trace = trace;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        trace.onBytes(Direction.CLIENT_TO_SERVER, (ByteBuf) message, System.nanoTime());
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        trace.onBytes(Direction.SERVER_TO_CLIENT, (ByteBuf) message, System.nanoTime());
        ctx.write(message, promise);
    }
}
