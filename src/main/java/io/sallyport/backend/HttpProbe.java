package io.sallyport.backend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;

/** Sends one HTTP/1.1 request and waits for the status of its answer; what comes behind it is not read. */
final class HttpProbe extends ChannelInboundHandlerAdapter {
    private final Outcome outcome;

    /** What came of it; the first counts. */
    interface Outcome {
        void onStatus(int code);

        void onNoStatus(String words);
    }

    private HttpProbe(Outcome outcome) {
        this.outcome = outcome;
    }

    /** Sends the request on a channel that is connected. */
    static void send(Channel channel, String path, String host, Outcome outcome) {
        DefaultFullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
        request.headers()
                .set(HttpHeaderNames.HOST, host)
                .set(HttpHeaderNames.USER_AGENT, "sallyport-health-check")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        channel.pipeline().addLast(new HttpClientCodec(), new HttpProbe(outcome));
        channel.writeAndFlush(request);
        channel.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpResponse response && !isInterim(response)) {
                if (response.decoderResult().isSuccess()) {
                    outcome.onStatus(response.status().code());
                } else {
                    outcome.onNoStatus("the answer is no HTTP");
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    /** The real answer comes behind it (RFC 9110 section 15.2). */
    private static boolean isInterim(HttpResponse response) {
        return response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            outcome.onNoStatus("it closed without an answer");
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        outcome.onNoStatus("it closed without an answer");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        outcome.onNoStatus(String.valueOf(cause.getMessage()));
    }
}
