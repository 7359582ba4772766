package io.sallyport.tls.spiffe;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.sallyport.metrics.SpiffeMeters.UpdateResult;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sees that an agent hangs whose connection stays open, as when its process is stopped (RFC 9113 section 6.7). */
final class PingHandler extends ChannelInboundHandlerAdapter {
    private final Keepalive keepalive;
    private final Consumer<WorkloadException> onSilence;
    private @Nullable Future<?> next;
    private long sent;

    PingHandler(Keepalive keepalive, Consumer<WorkloadException> onSilence) {
        this.keepalive = keepalive;
        this.onSilence = onSilence;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        schedule(context, () -> ping(context), keepalive.interval());
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof Http2PingFrame ping)) {
            context.fireChannelRead(message);
            return;
        }
        if (ping.ack() && ping.content() == sent) {
            schedule(context, () -> ping(context), keepalive.interval());
        }
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancel();
        context.fireChannelInactive();
    }

    private void ping(ChannelHandlerContext context) {
        sent++;
        schedule(context, this::silent, keepalive.answer());
        context.writeAndFlush(new DefaultHttp2PingFrame(sent));
    }

    private void silent() {
        onSilence.accept(new WorkloadException(
                UpdateResult.UNREACHABLE,
                "it hangs: no answer to a PING within " + keepalive.answer().toSeconds() + "s"));
    }

    private void schedule(ChannelHandlerContext context, Runnable task, Duration delay) {
        cancel();
        next = context.executor().schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void cancel() {
        if (next != null) {
            next.cancel(false);
        }
    }
}
