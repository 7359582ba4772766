package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/** Tells the connection what happens on the client's side. */
final class FrontendHandler extends ChannelInboundHandlerAdapter {
    private final ProxyConnection connection;
    private boolean hasRead;

    FrontendHandler(ProxyConnection connection) {
        this.connection = connection;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        connection.onAccepted();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        hasRead = true;
        connection.onClientData((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!hasRead) {
            // After a bad record the engine has an alert to send, and SslHandler does not notice by itself.
            ctx.flush();
        }
        hasRead = false;
        connection.onClientReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        connection.onClientWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                connection.onHandshakeSuccess();
            } else {
                connection.onHandshakeFailure(handshake.cause());
            }
        } else if (event == SslCloseCompletionEvent.SUCCESS) {
            connection.onClientCloseNotify();
        } else if (event == ChannelInputShutdownEvent.INSTANCE) {
            connection.onClientEndOfStream();
        } else if (event == ChannelOutputShutdownEvent.INSTANCE) {
            connection.onClientOutputShutdown();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        connection.onClientException(cause);
    }
}
