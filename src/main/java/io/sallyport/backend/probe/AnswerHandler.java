package io.sallyport.backend.probe;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hands the bytes of an answer to its reader until there is a verdict. */
final class AnswerHandler extends ChannelInboundHandlerAdapter {
    private final AnswerReader reader;
    private final Consumer<Verdict> onVerdict;
    private boolean over;

    AnswerHandler(AnswerReader reader, Consumer<Verdict> onVerdict) {
        this.reader = reader;
        this.onVerdict = onVerdict;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            @Nullable Verdict verdict = over ? null : reader.read((ByteBuf) message);
            if (verdict != null) {
                judged(verdict);
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
        if (!over) {
            judged(reader.end());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!over) {
            judged(Verdict.bad(String.valueOf(cause.getMessage())));
        }
    }

    private void judged(Verdict verdict) {
        over = true;
        onVerdict.accept(verdict);
    }
}
