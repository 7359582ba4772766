package io.sallyport.backend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;

/** Sends one HTTP/1.1 request and waits for the status of its answer; what comes behind it is not read. */
final class HttpProbe extends ChannelInboundHandlerAdapter {
    private final Callback callback;
    private final StatusReader reader = new StatusReader();

    /** What came of it; the first counts. */
    interface Callback {
        void onStatus(int code);

        void onNoStatus(String words);
    }

    private HttpProbe(Callback callback) {
        this.callback = callback;
    }

    /** Sends the request on a channel that is connected. */
    static void send(Channel channel, String path, String host, Callback callback) {
        DefaultFullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
        request.headers()
                .set(HttpHeaderNames.HOST, host)
                .set(HttpHeaderNames.USER_AGENT, "sallyport-health-check")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        channel.pipeline().addLast(new HttpRequestEncoder(), new HttpProbe(callback));
        channel.writeAndFlush(request);
        channel.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            int status = reader.read((ByteBuf) message);
            if (status == StatusReader.NONE) {
                callback.onNoStatus("the answer is no HTTP/1");
            } else if (status != StatusReader.MORE) {
                callback.onStatus(status);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            onEnd();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        onEnd();
    }

    private void onEnd() {
        callback.onNoStatus(reader.hasBegun() ? "it closed within its status line" : "it closed without an answer");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        callback.onNoStatus(String.valueOf(cause.getMessage()));
    }
}
