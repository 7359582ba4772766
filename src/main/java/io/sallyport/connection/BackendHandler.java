package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.sallyport.backend.ServerEvent;

/** Tells the connection what happens on the backend's side. */
final class BackendHandler extends ChannelInboundHandlerAdapter {
    private final BackendEvents connection;

    BackendHandler(BackendEvents connection) {
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        connection.onBackendData((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        connection.onBackendReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        connection.onBackendWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE || event == SslCloseCompletionEvent.SUCCESS) {
            connection.onBackendEndOfStream();
        } else if (event == ChannelOutputShutdownEvent.INSTANCE) {
            connection.onBackendOutputShutdown();
        } else if (event == ServerEvent.DOWN) {
            connection.onBackendDown();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        connection.onBackendException(cause);
    }
}
