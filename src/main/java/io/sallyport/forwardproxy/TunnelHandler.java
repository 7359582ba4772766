package io.sallyport.forwardproxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.proxy.ProxyConnectionEvent;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.forwardproxy.TunnelException.Kind;
import java.net.InetSocketAddress;

/**
 * Has a forward proxy make a connection, and leaves.
 *
 * <pre>
 * Netty's codec    bounded: 4 KiB a line, 8 KiB of headers
 * Replies          tells refusals apart, before Netty makes words of them
 * ProxyHandler     speaks; it sends the connect to the proxy instead
 * this             hears that it is done, or how it ends
 * </pre>
 *
 * <p>Confined to the channel's event loop.
 */
public final class TunnelHandler extends ChannelInboundHandlerAdapter {
    private static final String SPEAKER = "forward-proxy";

    private final Callback callback;
    private boolean over;

    /** What came of it; one of the two, once. */
    public interface Callback {
        /**
         * What is written and read from now on is the server's. Handlers have to be added at once: what the server has said
         * already follows.
         */
        void onTunnel();

        /** A {@link TunnelException}, or what the socket says. */
        void onFailed(Throwable cause);
    }

    private TunnelHandler(Callback callback) {
        this.callback = callback;
    }

    /**
     * Begins, on a channel that is registered, has no handler and is not connected: connected to a server, it is connected to
     * the proxy instead, and the proxy asked for the server, by name where its address is unresolved.
     */
    public static void begin(Channel channel, ForwardProxy proxy, InetSocketAddress address, Callback callback) {
        TunnelHandler tunnel = new TunnelHandler(callback);
        channel.pipeline()
                .addLast(SPEAKER, proxy.handler(address))
                .addBefore(SPEAKER, null, tunnel.new Replies())
                .addLast(tunnel);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ProxyConnectionEvent) {
            if (!over) {
                over = true;
                callback.onTunnel();
                // Not now: a handler that is gone hands on to whoever was behind it then.
                ctx.channel().eventLoop().execute(() -> leave(ctx.pipeline()));
            }
            return;
        }
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            fail(new TunnelException(Kind.BROKEN, "the proxy ended the TCP stream"));
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(new TunnelException(Kind.BROKEN, "the TCP connection to the proxy closed"));
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (over && ctx.pipeline().last() != this) {
            ctx.fireExceptionCaught(cause);
            return;
        }
        fail(new TunnelException(Kind.BROKEN, "the proxy: " + cause.getMessage()));
    }

    private void fail(TunnelException cause) {
        if (!over) {
            over = true;
            callback.onFailed(cause);
        }
    }

    /** With everything that is in front of it; Netty leaves some of it behind. */
    private void leave(ChannelPipeline pipeline) {
        while (pipeline.context(this) != null) {
            ChannelHandler first = pipeline.first();
            pipeline.remove(first);
        }
    }

    /** Looks at what the proxy says before it is acted on. */
    private final class Replies extends ChannelInboundHandlerAdapter {
        private boolean refused;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            TunnelException refusal = over ? null : ProxyReply.refusal(message);
            if (refusal == null && !refused) {
                ctx.fireChannelRead(message);
                return;
            }
            ReferenceCountUtil.release(message);
            refused = true;
            if (refusal != null) {
                fail(refusal);
            }
        }
    }
}
