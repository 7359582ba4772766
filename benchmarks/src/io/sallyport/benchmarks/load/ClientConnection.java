package io.sallyport.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.OpenSslSession;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.internal.tcnative.SSL;
import java.nio.channels.ClosedChannelException;

/** One connection of the load client. */
abstract class ClientConnection extends ChannelInboundHandlerAdapter {
    private final Figures figures;
    private SslHandler tls;
    private boolean over;
    private boolean good;

    ClientConnection(Figures figures) {
        this.figures = figures;
    }

    /** TCP, and TLS if there is any, are established. */
    abstract void ready(ChannelHandlerContext ctx);

    /** Bytes from the backend; not to be kept. */
    abstract void received(ChannelHandlerContext ctx, ByteBuf data);

    /** Once, at the end of the connection, or when there is none. */
    abstract void closed(boolean asPlanned);

    final void tls(SslHandler handler) {
        tls = handler;
    }

    final void notConnected(Throwable cause) {
        over(cause);
    }

    /** All is done: close_notify and FIN, then the end of the other side. */
    final void end(ChannelHandlerContext ctx) {
        good = true;
        DuplexChannel channel = (DuplexChannel) ctx.channel();
        if (tls == null) {
            channel.shutdownOutput();
            return;
        }
        tls.closeOutbound().addListener(sent -> channel.shutdownOutput());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (tls == null) {
            ready(ctx);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                note();
                ready(ctx);
            } else {
                over(handshake.cause());
            }
        } else if (event instanceof ChannelInputShutdownEvent) {
            ctx.channel().close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf data = (ByteBuf) message;
        try {
            received(ctx, data);
        } finally {
            data.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        over(good ? null : new ClosedChannelException());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!good) {
            over(cause);
        }
        ctx.channel().close();
    }

    private void note() {
        ReferenceCountedOpenSslEngine engine = (ReferenceCountedOpenSslEngine) tls.engine();
        if (SSL.isSessionReused(engine.sslPointer())) {
            figures.resumed();
        }
        OpenSslSession session = (OpenSslSession) engine.getSession();
        figures.agreed(session.getProtocol() + "/" + session.getCipherSuite() + "/" + session.getNamedGroup());
    }

    private void over(Throwable cause) {
        if (over) {
            return;
        }
        over = true;
        if (cause != null) {
            figures.failed(cause);
        }
        closed(cause == null);
    }
}
