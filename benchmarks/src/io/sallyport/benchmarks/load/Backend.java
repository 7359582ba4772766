package io.sallyport.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/** The server behind the proxy: does what {@link Requests} says, and ends when the other side does. */
final class Backend extends ChannelInboundHandlerAdapter {
    private final Chunks chunks;
    private ByteBuf header;
    private int kind;
    private long left;

    Backend(Chunks chunks) {
        this.chunks = chunks;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf data = (ByteBuf) message;
        if (kind == 0 && !begin(ctx, data)) {
            data.release();
            return;
        }
        switch (kind) {
            case Requests.ECHO -> ctx.write(data, ctx.voidPromise());
            case Requests.SINK -> {
                left -= data.readableBytes();
                data.release();
                if (left == 0) {
                    ctx.write(ctx.alloc().directBuffer(1).writeByte(1), ctx.voidPromise());
                }
            }
            default -> data.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        send(ctx);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (header != null) {
            header.release();
            header = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    private boolean begin(ChannelHandlerContext ctx, ByteBuf data) {
        int first = header == null ? data.getUnsignedByte(data.readerIndex()) : header.getUnsignedByte(0);
        if (first == Requests.ECHO) {
            data.skipBytes(1);
            kind = first;
            return data.isReadable();
        }
        if (header == null) {
            header = ctx.alloc().directBuffer(Requests.HEADER);
        }
        data.readBytes(header, Math.min(header.writableBytes(), data.readableBytes()));
        if (header.isWritable()) {
            return false;
        }
        left = header.getLong(1);
        kind = first;
        header.release();
        header = null;
        send(ctx);
        return data.isReadable();
    }

    private void send(ChannelHandlerContext ctx) {
        if (kind != Requests.SOURCE) {
            return;
        }
        while (left > 0 && ctx.channel().isWritable()) {
            ByteBuf chunk = chunks.next(left);
            left -= chunk.readableBytes();
            ctx.writeAndFlush(chunk, ctx.voidPromise());
        }
    }
}
