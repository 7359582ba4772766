package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.sallyport.proxyprotocol.HeaderException;
import io.sallyport.proxyprotocol.HeaderReader;
import org.jspecify.annotations.Nullable;

/** Gathers the PROXY protocol header, tells the connection, and leaves with what came behind it. */
final class ProxyHeaderHandler extends ChannelInboundHandlerAdapter {
    /** Told to the handlers behind it, before the client's first byte. */
    enum Done {
        DONE
    }

    private static final int SHOWN = 16;

    private final Admission admission;
    private @Nullable ByteBuf received;

    ProxyHeaderHandler(Admission admission) {
        this.admission = admission;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf data = (ByteBuf) message;
        ByteBuf all =
                received == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), received, data);
        received = all;
        admission.onBytes();
        try {
            int length = HeaderReader.length(all);
            if (length > 0) {
                admission.onProxyHeader(HeaderReader.read(all.readSlice(length)));
                ctx.fireUserEventTriggered(Done.DONE);
                ctx.pipeline().remove(this);
            }
        } catch (HeaderException e) {
            String start = ByteBufUtil.hexDump(all, all.readerIndex(), Math.min(SHOWN, all.readableBytes()));
            release();
            admission.onNoClientHello(HandshakeError.ofProxyHeader(e, start));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBuf rest = received;
        received = null;
        if (rest == null) {
            return;
        }
        if (rest.isReadable() && ctx.channel().isActive()) {
            ctx.fireChannelRead(rest);
        } else {
            rest.release();
        }
    }

    private void release() {
        if (received != null) {
            received.release();
            received = null;
        }
    }
}
