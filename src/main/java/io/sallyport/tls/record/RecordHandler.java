package io.sallyport.tls.record;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.Buffer;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sallyport.tls.netty.NettyInternals;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.OptionalLong;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Takes the place of {@link SslHandler} once the handshake is done, and moves records straight through BoringSSL.
 *
 * <p>Each direction stands alone: after the client's close_notify the answer still flows (RFC 8446 section 6.1), which
 * Netty's engine cannot do. One read of the socket becomes one buffer of plaintext, and one write one buffer of records.
 *
 * <p>Safety: confined to the event loop. The native session lives until this handler has left the pipeline, because the
 * handler holds a reference to its engine; buffers are lent to BoringSSL only within one call, in which nothing is fired;
 * after the handler has left, no native call is made.
 */
public final class RecordHandler extends ChannelDuplexHandler implements RecordLayer {
    private static final int MAX_PLAINTEXT = 1 << 14;

    /** Header, tag, explicit nonce, padding and the split first record of TLS 1.0: more than any suite adds. */
    private static final int OVERHEAD = 128;

    /** Not worth a copy. */
    private static final int SMALL = 1024;

    /** The first write carries the session tickets too (RFC 8446 section 4.6.1). */
    private static final int TICKETS = 1024;

    private final ReferenceCountedOpenSslEngine engine;
    private final long ssl;
    private final long bio;
    private final RecordFraming framing = new RecordFraming();

    private @Nullable ChannelHandlerContext context;
    private boolean hasFired;
    private boolean hasWritten;
    private boolean inboundClosed;
    private boolean outboundClosed;
    private boolean failed;

    private RecordHandler(ReferenceCountedOpenSslEngine engine, long bio) {
        this.engine = engine;
        this.ssl = engine.sslPointer();
        this.bio = bio;
    }

    /**
     * Replaces {@code handler}, whose handshake is done and which is between two reads.
     *
     * @return null where this Netty does not show its engine's buffer; the handler stays then
     */
    public static @Nullable RecordHandler replace(ChannelHandlerContext ctx, String name, SslHandler handler) {
        if (!(handler.engine() instanceof ReferenceCountedOpenSslEngine engine) || engine.sslPointer() == 0) {
            return null;
        }
        OptionalLong buffer = NettyInternals.networkBuffer(engine);
        if (buffer.isEmpty()) {
            return null;
        }
        RecordHandler records = new RecordHandler(engine, buffer.getAsLong());
        // Removing SslHandler releases its reference; this one is given back in handlerRemoved.
        engine.retain();
        if (handler.sslCloseFuture() instanceof Promise<Channel> closed) {
            // Nobody asks for it, and left undone it costs an exception with its stack trace for every connection.
            closed.trySuccess(ctx.channel());
        }
        ctx.pipeline().replace(handler, name, records);
        return records;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        context = null;
        ReferenceCountUtil.release(engine);
    }

    // ---- from the client

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf records = (ByteBuf) message;
        if (inboundClosed || failed) {
            records.release();
            return;
        }
        @Nullable ByteBuf plaintext = null;
        @Nullable SSLException failure;
        boolean whole = false;
        try {
            // What BoringSSL holds of a record already may come out together with what arrives now.
            plaintext = ctx.alloc().directBuffer(records.readableBytes() + framing.partial());
            framing.advance(records);
            failure = decrypt(records, plaintext);
            sendOwnMessages(ctx);
            whole = true;
        } finally {
            records.release();
            if (!whole && plaintext != null) {
                plaintext.release();
            }
        }
        if (plaintext.isReadable()) {
            hasFired = true;
            ctx.fireChannelRead(fitting(ctx, plaintext));
        } else {
            plaintext.release();
        }
        if (failure != null) {
            failed = true;
            outboundClosed = true;
            ctx.fireExceptionCaught(failure);
        } else if (inboundClosed) {
            ctx.fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!hasFired && !inboundClosed && !failed) {
            // Only a part of a record came: nobody above knows that there is more to ask for.
            ctx.read();
        }
        hasFired = false;
        ctx.fireChannelReadComplete();
    }

    /** Records of one byte each leave a buffer nearly empty that would count, and wait, as nearly nothing. */
    private static ByteBuf fitting(ChannelHandlerContext ctx, ByteBuf plaintext) {
        int length = plaintext.readableBytes();
        int unused = plaintext.capacity() - length;
        if (unused < SMALL || unused < length / 3) {
            return plaintext;
        }
        try {
            return ctx.alloc().directBuffer(length).writeBytes(plaintext);
        } finally {
            plaintext.release();
        }
    }

    private @Nullable SSLException decrypt(ByteBuf records, ByteBuf plaintext) {
        SSL.bioSetByteBuffer(bio, address(records, records.readerIndex()), records.readableBytes(), false);
        try {
            while (true) {
                int room = plaintext.writableBytes();
                if (room == 0) {
                    plaintext.ensureWritable(MAX_PLAINTEXT);
                    continue;
                }
                int read = SSL.readFromSSL(ssl, address(plaintext, plaintext.writerIndex()), room);
                if (read > 0) {
                    plaintext.writerIndex(plaintext.writerIndex() + read);
                    continue;
                }
                int error = SSL.getError(ssl, read);
                if (error == SSL.SSL_ERROR_WANT_READ || error == SSL.SSL_ERROR_NONE) {
                    return null;
                }
                if (error == SSL.SSL_ERROR_ZERO_RETURN) {
                    inboundClosed = true;
                    return null;
                }
                return failure();
            }
        } finally {
            SSL.bioClearByteBuffer(bio);
        }
    }

    /** Alerts and answers to a KeyUpdate (RFC 8446 section 4.6.3), which BoringSSL writes while it reads. */
    private void sendOwnMessages(ChannelHandlerContext ctx) {
        int length = SSL.bioLengthNonApplication(bio);
        if (length <= 0) {
            return;
        }
        ByteBuf records = ctx.alloc().directBuffer(length);
        SSL.bioSetByteBuffer(bio, address(records, 0), records.capacity(), true);
        try {
            SSL.bioFlushByteBuffer(bio);
            records.writerIndex(records.capacity() - SSL.bioLengthByteBuffer(bio));
        } finally {
            SSL.bioClearByteBuffer(bio);
        }
        ctx.writeAndFlush(records);
    }

    // ---- to the client

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ByteBuf plaintext = (ByteBuf) message;
        if (!plaintext.isReadable()) {
            ctx.write(plaintext, promise);
            return;
        }
        ByteBuf records;
        try {
            if (outboundClosed) {
                promise.tryFailure(new ClosedChannelException());
                return;
            }
            records = encrypt(ctx, plaintext);
        } catch (SSLException e) {
            failed = true;
            outboundClosed = true;
            promise.tryFailure(e);
            ctx.fireExceptionCaught(e);
            return;
        } finally {
            plaintext.release();
        }
        ctx.write(records, promise);
    }

    private ByteBuf encrypt(ChannelHandlerContext ctx, ByteBuf plaintext) throws SSLException {
        ByteBuf source = plaintext.isDirect() && plaintext.nioBufferCount() == 1
                ? plaintext.retain()
                : ctx.alloc().directBuffer(plaintext.readableBytes()).writeBytes(plaintext);
        @Nullable ByteBuf records = null;
        boolean whole = false;
        try {
            int length = source.readableBytes();
            int recordCount = (length + MAX_PLAINTEXT - 1) / MAX_PLAINTEXT;
            records = ctx.alloc().directBuffer(length + recordCount * OVERHEAD + (hasWritten ? 0 : TICKETS));
            hasWritten = true;
            int written = 0;
            while (written < length) {
                written += encryptInto(records, source, source.readerIndex() + written, length - written);
                if (written < length || records.writableBytes() == 0) {
                    // Something larger than expected came in between; the rest waits in BoringSSL's own buffer.
                    drainInto(records);
                }
            }
            whole = true;
            return records;
        } finally {
            source.release();
            if (!whole && records != null) {
                records.release();
            }
        }
    }

    /**
     * Encrypts from {@code index} on until the records are full.
     *
     * @return bytes of plaintext taken
     */
    private int encryptInto(ByteBuf records, ByteBuf source, int index, int length) throws SSLException {
        int room = records.writableBytes();
        SSL.bioSetByteBuffer(bio, address(records, records.writerIndex()), room, true);
        int taken = 0;
        try {
            while (taken < length) {
                int written =
                        SSL.writeToSSL(ssl, address(source, index + taken), Math.min(length - taken, MAX_PLAINTEXT));
                if (written > 0) {
                    taken += written;
                    continue;
                }
                if (SSL.getError(ssl, written) == SSL.SSL_ERROR_WANT_WRITE) {
                    return taken;
                }
                throw failure();
            }
            return taken;
        } finally {
            records.writerIndex(records.writerIndex() + room - SSL.bioLengthByteBuffer(bio));
            SSL.bioClearByteBuffer(bio);
        }
    }

    private void drainInto(ByteBuf records) {
        int length = SSL.bioLengthNonApplication(bio);
        records.ensureWritable(length + MAX_PLAINTEXT + OVERHEAD);
        if (length <= 0) {
            return;
        }
        int room = records.writableBytes();
        SSL.bioSetByteBuffer(bio, address(records, records.writerIndex()), room, true);
        try {
            SSL.bioFlushByteBuffer(bio);
            records.writerIndex(records.writerIndex() + room - SSL.bioLengthByteBuffer(bio));
        } finally {
            SSL.bioClearByteBuffer(bio);
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        try {
            closeOutbound();
        } finally {
            // Without memory for close_notify the channel has to close all the same.
            ctx.close(promise);
        }
    }

    @Override
    public Future<?> closeOutbound() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("the channel is closed");
        }
        if (outboundClosed || !ctx.channel().isActive()) {
            return ctx.newSucceededFuture();
        }
        outboundClosed = true;
        if (SSL.shutdownSSL(ssl) < 0) {
            SSL.clearError();
        }
        ByteBuf records = ctx.alloc().directBuffer(OVERHEAD);
        boolean whole = false;
        try {
            drainInto(records);
            whole = true;
        } finally {
            if (!whole) {
                records.release();
            }
        }
        return ctx.writeAndFlush(records);
    }

    @Override
    public boolean isInboundClosed() {
        return inboundClosed;
    }

    @Override
    public boolean isMidRecord() {
        return framing.partial() > 0;
    }

    @Override
    public boolean isFullDuplex() {
        return true;
    }

    private static SSLException failure() {
        int code = SSL.getLastErrorNumber();
        String words = code == 0 ? "TLS failed" : SSL.getErrorString(code);
        SSL.clearError();
        return new SSLException(words);
    }

    /** JDKs that keep Netty from their internals give no memory address; then BoringSSL's library asks for it. */
    private static long address(ByteBuf buffer, int index) {
        if (buffer.hasMemoryAddress()) {
            return buffer.memoryAddress() + index;
        }
        ByteBuffer view = buffer.internalNioBuffer(index, buffer.capacity() - index);
        return Buffer.address(view) + view.position();
    }
}
