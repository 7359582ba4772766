package io.sallyport.admin;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.TooLongHttpContentException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: one request at a time, each under a deadline.
 *
 * <p>The next request is read only after the answer to the last one has left. A client that pipelines and reads nothing
 * would otherwise make this process hold an answer for each of its requests.
 */
final class ExchangeHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.admin");

    private final Endpoints endpoints;
    private final AdminTimeouts timeouts;
    private final LiveStreams streams;
    private @Nullable Future<?> deadline;
    private Phase phase = Phase.READING;

    ExchangeHandler(Endpoints endpoints, AdminTimeouts timeouts, LiveStreams streams) {
        this.endpoints = endpoints;
        this.timeouts = timeouts;
        this.streams = streams;
    }

    private enum Phase {
        READING,
        ANSWERING,
        /** The answer has no end; what the client still sends is thrown away. */
        STREAMING,
        /** The last answer is out; what the client still sends is thrown away. */
        LEAVING
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        closeIn(ctx, timeouts.firstRequest().toNanos());
        ctx.read();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (phase != Phase.READING) {
            return;
        }
        phase = Phase.ANSWERING;
        closeIn(ctx, timeouts.answer().toNanos());
        boolean keepAlive =
                HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
        CompletableFuture<Answer> answer = answer(ctx, request);
        if (answer.isDone()) {
            send(ctx, answer.join(), keepAlive);
        } else {
            answer.whenCompleteAsync((given, failure) -> send(ctx, given, keepAlive), ctx.executor());
        }
    }

    private void send(ChannelHandlerContext ctx, Answer answer, boolean keepAlive) {
        if (answer.isStream()) {
            stream(ctx, answer);
            return;
        }
        boolean stays = keepAlive && !endpoints.isDraining();
        FullHttpResponse response = answer.response(ctx.alloc());
        response.headers()
                .set(HttpHeaderNames.CONNECTION, stays ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
        ctx.writeAndFlush(response).addListener(written -> {
            answer.afterwards().run();
            if (!written.isSuccess()) {
                ctx.close();
            } else if (stays) {
                awaitNext(ctx);
            } else {
                leave(ctx);
            }
        });
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (phase != Phase.ANSWERING) {
            ctx.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event != OpenConnections.Event.LET_GO) {
            ctx.fireUserEventTriggered(event);
        } else if (phase == Phase.STREAMING) {
            ctx.close();
        } else if (phase == Phase.READING) {
            leave(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancelDeadline();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.atWarn().setCause(cause).log("a connection failed");
        }
        ctx.close();
    }

    /** Never fails. */
    private CompletableFuture<Answer> answer(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return CompletableFuture.completedFuture(Answer.text(
                    refusal(request.decoderResult().cause()), "not a request that is understood, or too long a one"));
        }
        if (request.headers().getAll(HttpHeaderNames.HOST).size() > 1) {
            return CompletableFuture.completedFuture(
                    Answer.text(HttpResponseStatus.BAD_REQUEST, "Host: more than one"));
        }
        String uri = request.uri();
        String client = ctx.channel().remoteAddress() instanceof InetSocketAddress inet
                ? NetUtil.toSocketAddressString(inet)
                : "";
        try {
            return endpoints.answer(request, client, ctx.executor()).exceptionally(failure -> failed(uri, failure));
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.completedFuture(failed(uri, e));
        }
    }

    private static Answer failed(String uri, Throwable failure) {
        LOG.atWarn().setCause(failure).addKeyValue("uri", uri).log("a request failed");
        return Answer.text(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error: see the log");
    }

    private static HttpResponseStatus refusal(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return HttpResponseStatus.REQUEST_URI_TOO_LONG;
        }
        if (cause instanceof TooLongHttpContentException) {
            return HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
        }
        return cause instanceof TooLongHttpHeaderException
                ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                : HttpResponseStatus.BAD_REQUEST;
    }

    private void stream(ChannelHandlerContext ctx, Answer answer) {
        phase = Phase.STREAMING;
        cancelDeadline();
        ctx.writeAndFlush(answer.streamHead());
        streams.add(ctx.channel());
        ctx.read();
    }

    private void awaitNext(ChannelHandlerContext ctx) {
        phase = Phase.READING;
        closeIn(ctx, timeouts.nextRequest().toNanos());
        ctx.read();
    }

    /** A close with unread bytes in the socket is a reset, and the client may lose the answer to it. */
    private void leave(ChannelHandlerContext ctx) {
        phase = Phase.LEAVING;
        closeIn(ctx, timeouts.leave().toNanos());
        ((SocketChannel) ctx.channel()).shutdownOutput();
        ctx.read();
    }

    private void closeIn(ChannelHandlerContext ctx, long nanos) {
        cancelDeadline();
        deadline = ctx.executor().schedule(() -> ctx.close(), nanos, TimeUnit.NANOSECONDS);
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }
}
