package io.sallyport.redirect;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.metrics.CloseReason;

/** Sees the first bytes, and leaves. A client with TLS would wait for ever, or speak of a wrong version. */
final class RequestStartHandler extends ChannelInboundHandlerAdapter {
    /** The fatal alert unexpected_message (RFC 8446 section 6). */
    private static final byte[] ALERT = {21, 3, 3, 0, 2, 2, 10};

    private final RedirectOwner owner;
    private boolean refused;

    RequestStartHandler(RedirectOwner owner) {
        this.owner = owner;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf data = (ByteBuf) message;
        if (refused || !data.isReadable()) {
            data.release();
            return;
        }
        owner.onBytes();
        if (data.getByte(data.readerIndex()) == ContentTypes.HANDSHAKE) {
            refused = true;
            data.release();
            ctx.writeAndFlush(Unpooled.wrappedBuffer(ALERT));
            owner.onAnswered(CloseReason.REQUEST_REFUSED, "TLS, where plain HTTP is expected");
            return;
        }
        ctx.pipeline().remove(this);
        ctx.fireChannelRead(data);
    }
}
