package io.sallyport.explain.probe;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.sallyport.eventloop.SocketError;
import io.sallyport.tls.context.TlsSession;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sees one handshake to its end, and beyond: after its own Finished a client of TLS 1.3 knows neither whether the server takes
 * its certificate nor whether there are tickets. So it listens until the server closes.
 *
 * <p>The server closes because we end our side, in TLS 1.2 at once. In TLS 1.3 BoringSSL ignores every ticket that comes after
 * its own close_notify, so we wait for a first word of the server. A server on BoringSSL has none, its tickets wait for
 * something to travel with: it gets a bare FIN, which its own close_notify answers, with the tickets in front.
 */
final class ProbeHandler extends ChannelInboundHandlerAdapter {
    private static final Duration FIRST_WORD = Duration.ofMillis(200);

    /** For a server that does not close when its client does. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final WireHandler wire;
    private final SslHandler tls;
    private final Duration timeout;
    private final CompletableFuture<Seen> outcome;
    private @Nullable ScheduledFuture<?> deadline;
    private long done = -1;
    private boolean ended;
    private @Nullable TlsSession session;
    private Optional<byte[]> staple = Optional.empty();
    private @Nullable TlsError error;
    private @Nullable Ending ending;

    /**
     * What was seen.
     *
     * @param done nanoseconds from the dial to the end of the handshake; -1: never
     */
    record Seen(
            long done,
            @Nullable TlsSession session,
            Optional<byte[]> staple,
            @Nullable TlsError error,
            Ending ending) {}

    ProbeHandler(WireHandler wire, SslHandler tls, Duration timeout, CompletableFuture<Seen> outcome) {
        this.wire = wire;
        this.tls = tls;
        this.timeout = timeout;
        this.outcome = outcome;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        closeAfter(ctx, timeout, Ending.TIMEOUT);
        ctx.fireChannelActive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent completion)) {
            return;
        }
        if (!completion.isSuccess()) {
            onError(completion.cause());
            return;
        }
        done = wire.sinceDial();
        TlsSession agreed = TlsSession.of(tls, false);
        session = agreed;
        staple = Optional.ofNullable(((ReferenceCountedOpenSslEngine) tls.engine()).getOcspResponse())
                .filter(response -> response.length > 0);
        closeAfter(ctx, timeout.compareTo(FAREWELL) < 0 ? timeout : FAREWELL, Ending.DONE);
        if (agreed.version().equals("TLSv1.3")) {
            ctx.executor().schedule(() -> endWithFin(ctx), FIRST_WORD.toMillis(), TimeUnit.MILLISECONDS);
        } else {
            endWithCloseNotify();
        }
    }

    private void endWithCloseNotify() {
        if (!ended) {
            ended = true;
            tls.closeOutbound();
        }
    }

    private void endWithFin(ChannelHandlerContext ctx) {
        if (!ended && ctx.channel().isActive()) {
            ended = true;
            ((DuplexChannel) ctx.channel()).shutdownOutput();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message); // a server that speaks first
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (done >= 0 && !ended && wire.isHeardAfter(done)) {
            endWithCloseNotify();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        onError(thrown);
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ScheduledFuture<?> running = deadline;
        if (running != null) {
            running.cancel(false);
        }
        Ending how = ending;
        if (how == null) {
            how = session != null ? Ending.DONE : Ending.SERVER_LEFT;
        }
        outcome.complete(new Seen(done, session, staple, error, how));
    }

    private void onError(Throwable thrown) {
        TlsError fault = TlsError.of(thrown);
        if (fault != null && error == null) {
            error = fault;
            ending = Ending.TLS_ERROR;
        }
        if (fault == null && ending == null && SocketError.of(thrown) == SocketError.RESET) {
            // Who closes in answer to our end may well do it by a reset.
            ending = session == null ? Ending.SERVER_RESET : Ending.DONE;
        }
    }

    private void closeAfter(ChannelHandlerContext ctx, Duration time, Ending then) {
        ScheduledFuture<?> running = deadline;
        if (running != null) {
            running.cancel(false);
        }
        Runnable close = () -> {
            ending = ending == null ? then : ending;
            ctx.channel().close();
        };
        deadline = ctx.executor().schedule(close, time.toMillis(), TimeUnit.MILLISECONDS);
    }
}
