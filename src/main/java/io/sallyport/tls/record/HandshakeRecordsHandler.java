package io.sallyport.tls.record;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/**
 * Hands the peer's records to {@link SslHandler} one by one until the handshake is done, and leaves.
 *
 * <p>A peer may send all of its data and its end in one segment with its Finished. SslHandler would take all of it,
 * close_notify and half a record included, before the record path that keeps the directions apart could take over.
 */
public final class HandshakeRecordsHandler extends ChannelInboundHandlerAdapter {
    private static final int HEADER = 5;
    private static final int LENGTH_OFFSET = 3;
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int APPLICATION_DATA = 23;
    private static final int MAJOR_VERSION = 3;

    /** What TLS 1.2 allows with compression, RFC 5246 section 6.2.3. */
    private static final int MAX_RECORD = HEADER + (1 << 14) + 2048;

    private final SslHandler tls;
    private @Nullable ByteBuf received;

    public HandshakeRecordsHandler(SslHandler tls) {
        this.tls = tls;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf data = (ByteBuf) message;
        ByteBuf all =
                received == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), received, data);
        received = all;
        for (int length = wholeLength(all); length > 0 && !tls.handshakeFuture().isDone(); length = wholeLength(all)) {
            ctx.fireChannelRead(all.readRetainedSlice(length));
        }
        if (tls.handshakeFuture().isDone()) {
            // Lets SslHandler flush, and the connection put the record path into its place.
            ctx.fireChannelReadComplete();
            ctx.pipeline().remove(this);
        } else if (!all.isReadable()) {
            received = null;
            all.release();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBuf rest = received;
        received = null;
        if (rest == null) {
            return;
        }
        if (rest.isReadable()
                && ctx.channel().isActive()
                && tls.handshakeFuture().isSuccess()) {
            ctx.fireChannelRead(rest);
        } else {
            rest.release();
        }
    }

    /** Bytes of the first record; 0 when it is not whole. What is no record at all goes on as it is, to be refused. */
    private static int wholeLength(ByteBuf data) {
        if (data.readableBytes() < HEADER) {
            return 0;
        }
        int start = data.readerIndex();
        int length = HEADER + data.getUnsignedShort(start + LENGTH_OFFSET);
        boolean record = data.getByte(start) >= CHANGE_CIPHER_SPEC
                && data.getByte(start) <= APPLICATION_DATA
                && data.getByte(start + 1) == MAJOR_VERSION
                && length <= MAX_RECORD;
        if (!record) {
            return data.readableBytes();
        }
        return data.readableBytes() < length ? 0 : length;
    }
}
