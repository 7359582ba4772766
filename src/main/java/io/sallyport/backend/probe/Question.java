package io.sallyport.backend.probe;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpVersion;
import io.sallyport.config.HealthCheckConfig;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is asked of a server once a connection to it stands. */
public final class Question {
    private Question() {}

    /**
     * Asks on a channel that is connected, and reads no more of the answer than a verdict takes.
     *
     * @param host for the Host header of HTTP
     * @param onVerdict called once, on the channel's event loop, unless the answer never comes
     */
    public static void ask(Channel channel, HealthCheckConfig check, String host, Consumer<Verdict> onVerdict) {
        if (check.type() == HealthCheckConfig.Type.HTTP) {
            askByHttp(channel, check, host, onVerdict);
            return;
        }
        if (check.expectText() == null) {
            onVerdict.accept(Verdict.good("it can be connected to"));
            return;
        }
        channel.pipeline().addLast(new AnswerHandler(new TextAnswer(check.expectText()), onVerdict));
        if (check.send() != null) {
            channel.writeAndFlush(Unpooled.copiedBuffer(check.send(), StandardCharsets.ISO_8859_1));
        }
        channel.config().setAutoRead(true);
    }

    private static void askByHttp(Channel channel, HealthCheckConfig check, String host, Consumer<Verdict> onVerdict) {
        @Nullable TextAnswer text = check.expectText() == null ? null : new TextAnswer(check.expectText());
        // An answer to HTTP/1.0 is never chunked (RFC 9112 section 6.1): a chunk's head could come within the text.
        HttpVersion version = text == null ? HttpVersion.HTTP_1_1 : HttpVersion.HTTP_1_0;
        DefaultFullHttpRequest request = new DefaultFullHttpRequest(version, HttpMethod.GET, check.path());
        request.headers()
                .set(HttpHeaderNames.HOST, host)
                .set(HttpHeaderNames.USER_AGENT, "sallyport-health-check")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        channel.pipeline()
                .addLast(new HttpRequestEncoder(), new AnswerHandler(new HttpAnswer(check.expect(), text), onVerdict));
        channel.writeAndFlush(request);
        channel.config().setAutoRead(true);
    }
}
