package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import io.sallyport.handshake.wire.FirstBytes;
import io.sallyport.proxyprotocol.SignatureMatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a plain connection whose client begins with a PROXY protocol header of its own: the server could believe it. That is a
 * peer that is not trusted, or a client behind a trusted proxy, whose header came before.
 *
 * <p>Bytes that may be the beginning of a header are held back, 11 at most and for half a second: a client may wait for an
 * answer to CR LF, which a version 2 header begins with. The byte that would complete the signature is never relayed.
 */
final class UntrustedHeaderHandler extends ChannelInboundHandlerAdapter {
    /** Long enough for the next byte of a peer that sends a header byte by byte. */
    private static final long HOLD_MILLIS = 500;

    private final ProxyConnection connection;
    private final SignatureMatch match = new SignatureMatch();
    private @Nullable ByteBuf held;
    private @Nullable Future<?> timer;

    UntrustedHeaderHandler(ProxyConnection connection) {
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf data = (ByteBuf) message;
        SignatureMatch.Verdict verdict = match.next(data);
        held = held == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), held, data);
        cancelTimer();
        switch (verdict) {
            case NONE -> ctx.pipeline().remove(this);
            case PREFIX -> timer = ctx.executor().schedule(() -> relayHeld(ctx), HOLD_MILLIS, TimeUnit.MILLISECONDS);
            case HEADER -> {
                dropHeld();
                connection.onUntrustedProxyHeader(match.isText() ? FirstBytes.PROXY_V1 : FirstBytes.PROXY_V2);
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            relayHeld(ctx);
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        cancelTimer();
        if (!ctx.channel().isActive()) {
            dropHeld();
        } else if (held != null) {
            ByteBuf all = held;
            held = null;
            ctx.fireChannelRead(all);
        }
    }

    private void relayHeld(ChannelHandlerContext ctx) {
        cancelTimer();
        if (held != null) {
            ByteBuf all = held;
            held = null;
            ctx.fireChannelRead(all);
            ctx.fireChannelReadComplete();
        }
    }

    private void dropHeld() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
