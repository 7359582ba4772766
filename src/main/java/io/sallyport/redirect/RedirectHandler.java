package io.sallyport.redirect;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Supplier;

/** Answers the first request of a connection. Whatever comes behind it is dropped: the connection is over with the answer. */
public final class RedirectHandler extends ChannelInboundHandlerAdapter {
    /** Of the request line, and of all header lines together. */
    private static final int MOST = 8 * 1024;

    private final RedirectOwner owner;
    private final Supplier<Redirects> redirects;
    private boolean answered;

    private RedirectHandler(RedirectOwner owner, Supplier<Redirects> redirects) {
        this.owner = owner;
        this.redirects = redirects;
    }

    /** Adds all that a connection needs. */
    public static void addTo(ChannelPipeline pipeline, RedirectOwner owner, Supplier<Redirects> redirects) {
        pipeline.addLast("request-start", new RequestStartHandler(owner))
                .addLast(
                        "http",
                        new HttpServerCodec(new HttpDecoderConfig()
                                .setMaxInitialLineLength(MOST)
                                .setMaxHeaderSize(MOST)
                                .setMaxChunkSize(MOST)))
                .addLast("redirect", new RedirectHandler(owner, redirects));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!answered && message instanceof HttpRequest request) {
            answered = true;
            Answer answer = redirects.get().answer(request);
            ctx.writeAndFlush(response(ctx, answer));
            owner.onAnswered(
                    answer.reason(), answer.status() + ": " + answer.body().strip());
        }
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!answered) {
            ctx.read();
        }
    }

    private static FullHttpResponse response(ChannelHandlerContext ctx, Answer answer) {
        ByteBuf body = ByteBufUtil.writeAscii(ctx.alloc(), answer.body());
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, answer.status(), body);
        HttpHeaders headers = response.headers()
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        if (answer.location() != null) {
            headers.set(HttpHeaderNames.LOCATION, answer.location());
        }
        if (!answer.body().isEmpty()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, answer.type()).set("x-content-type-options", "nosniff");
        }
        return response;
    }
}
