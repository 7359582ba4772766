package io.sallyport.starttls.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import io.sallyport.starttls.Heard;
import io.sallyport.starttls.StartTlsClient;
import io.sallyport.starttls.StartTlsException;
import io.sallyport.starttls.StartTlsException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Speaks plain text with a server until TLS may begin, or until it has greeted, and leaves.
 *
 * <p>Confined to the channel's event loop.
 */
public final class StartTlsClientHandler extends ChannelInboundHandlerAdapter {
    private final StartTlsClient client;
    private final int timeoutMillis;
    private final Callback callback;
    private @Nullable ByteBuf received;
    private @Nullable Future<?> deadline;
    private boolean over;

    /** What came of it; one of the two, once, on the event loop. */
    public interface Callback {
        /**
         * It is done, and nobody reads from the channel.
         *
         * @param greeting what the server greeted with
         * @param behind bytes of the server that came behind the end, one character a byte
         */
        void onReady(String greeting, String behind);

        /** A {@link StartTlsException}, or what the socket says. */
        void onFailed(Throwable cause);
    }

    /**
     * Begins when it is added to a channel that is connected, in front of whatever speaks TLS.
     *
     * @param timeoutMillis for all of it; 0: none
     */
    public StartTlsClientHandler(StartTlsClient client, int timeoutMillis, Callback callback) {
        this.client = client;
        this.timeoutMillis = timeoutMillis;
        this.callback = callback;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (timeoutMillis > 0) {
            deadline = ctx.executor()
                    .schedule(
                            () -> fail(new StartTlsException(
                                    Kind.LATE, "what comes before TLS was not said within " + timeoutMillis + "ms")),
                            timeoutMillis,
                            TimeUnit.MILLISECONDS);
        }
        // With nothing to say as well: a PROXY protocol header may be waiting in front of it.
        ctx.writeAndFlush(Unpooled.copiedBuffer(client.opening(), StandardCharsets.ISO_8859_1));
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf data = (ByteBuf) message;
        if (over) {
            data.release();
            return;
        }
        ByteBuf all =
                received == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), received, data);
        received = all;
        Heard heard = client.read(all);
        while (heard instanceof Heard.Say say) {
            if (!say.words().isEmpty()) {
                ctx.writeAndFlush(Unpooled.copiedBuffer(say.words(), StandardCharsets.ISO_8859_1));
            }
            heard = client.read(all);
        }
        if (heard instanceof Heard.Ready ready) {
            String behind = all.toString(StandardCharsets.ISO_8859_1);
            end();
            ctx.pipeline().remove(this);
            callback.onReady(ready.greeting(), behind);
        } else if (heard instanceof Heard.Refused refused) {
            fail(new StartTlsException(Kind.REFUSED, refused.words()));
        } else if (heard instanceof Heard.Broken broken) {
            fail(new StartTlsException(Kind.BROKEN, broken.words()));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!over) {
            ctx.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            fail(new StartTlsException(Kind.BROKEN, "the server ended the TCP stream before TLS"));
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(new StartTlsException(Kind.BROKEN, "the TCP connection closed before TLS"));
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(cause);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end();
    }

    private void fail(Throwable cause) {
        if (!over) {
            end();
            callback.onFailed(cause);
        }
    }

    private void end() {
        over = true;
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
        if (received != null) {
            received.release();
            received = null;
        }
    }
}
