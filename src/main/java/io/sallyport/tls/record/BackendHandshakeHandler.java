package io.sallyport.tls.record;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;

/**
 * Makes the TLS handshake with a server, puts our own record path into its place, and leaves.
 *
 * <p>Confined to the channel's event loop.
 */
public final class BackendHandshakeHandler extends ChannelInboundHandlerAdapter {
    private static final String TLS = "tls";

    private final SslHandler tls;
    private final Callback callback;
    private boolean over;

    /** What came of it; one of the two, once. */
    public interface Callback {
        void onAgreed(RecordLayer records);

        void onFailed(Throwable cause);
    }

    private BackendHandshakeHandler(SslHandler tls, Callback callback) {
        this.tls = tls;
        this.callback = callback;
    }

    /** Begins, on a channel that is connected and that nobody reads from. */
    public static void begin(Channel channel, SslHandler tls, Callback callback) {
        channel.pipeline()
                .addLast(new HandshakeRecordsHandler(tls))
                .addLast(TLS, tls)
                .addLast(new BackendHandshakeHandler(tls, callback));
        channel.read();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (over || !tls.handshakeFuture().isSuccess()) {
            ctx.fireChannelReadComplete();
            return;
        }
        over = true;
        ChannelHandlerContext tlsContext = ctx.pipeline().context(tls);
        RecordHandler records = tlsContext == null ? null : RecordHandler.replace(tlsContext, TLS, tls);
        ctx.pipeline().remove(this);
        callback.onAgreed(records == null ? new EngineRecordLayer(tls) : records);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion && !completion.isSuccess()) {
            fail(completion.cause());
        } else if (event == ChannelInputShutdownEvent.INSTANCE) {
            fail(new IOException("the server ended the TCP stream"));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(cause);
    }

    private void fail(Throwable cause) {
        if (!over) {
            over = true;
            callback.onFailed(cause);
        }
    }
}
