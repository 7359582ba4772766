package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.sallyport.starttls.StartTlsServer;
import io.sallyport.starttls.Turn;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Speaks plain text with the client until it begins with TLS, and leaves. */
final class StartTlsHandler extends ChannelInboundHandlerAdapter {
    private final Admission admission;
    private final StartTlsServer server;
    private final boolean greetsAtOnce;
    private @Nullable ByteBuf received;

    /** @param greetsAtOnce false: behind the PROXY protocol header */
    StartTlsHandler(Admission admission, StartTlsServer server, boolean greetsAtOnce) {
        this.admission = admission;
        this.server = server;
        this.greetsAtOnce = greetsAtOnce;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.fireChannelActive();
        if (greetsAtOnce && admission.awaitsStartTls()) {
            say(ctx, server.greeting());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ProxyHeaderHandler.Done.DONE && admission.awaitsStartTls()) {
            say(ctx, server.greeting());
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        admission.onBytes();
        ByteBuf data = (ByteBuf) message;
        ByteBuf all =
                received == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), received, data);
        received = all;
        Turn turn = server.read(all);
        while (turn instanceof Turn.Answer answer) {
            say(ctx, answer.answer());
            turn = server.read(all);
        }
        if (turn instanceof Turn.Begin begin) {
            say(ctx, begin.answer());
            admission.onStartTls();
            ctx.pipeline().remove(this);
        } else if (turn instanceof Turn.Direct) {
            admission.onDirectTls();
            ctx.pipeline().remove(this);
        } else if (turn instanceof Turn.End end) {
            release();
            say(ctx, end.answer());
            admission.onNoClientHello(end.why());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBuf rest = received;
        if (rest != null && rest.isReadable() && ctx.channel().isActive()) {
            received = null;
            ctx.fireChannelRead(rest);
        } else {
            release();
        }
    }

    private void release() {
        if (received != null) {
            received.release();
            received = null;
        }
    }

    private static void say(ChannelHandlerContext ctx, String words) {
        if (!words.isEmpty()) {
            ctx.writeAndFlush(Unpooled.copiedBuffer(words, StandardCharsets.ISO_8859_1));
        }
    }
}
