package io.sallyport.tls.spiffe;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CorruptedFrameException;
import java.util.function.Consumer;

/** Takes the messages out of their frames. */
final class GrpcMessageHandler extends SimpleChannelInboundHandler<ByteBuf> {
    private final Consumer<byte[]> onMessage;

    GrpcMessageHandler(Consumer<byte[]> onMessage) {
        this.onMessage = onMessage;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
        if (frame.readByte() != 0) {
            throw new CorruptedFrameException("a compressed message, where no compression was offered");
        }
        frame.skipBytes(Integer.BYTES);
        onMessage.accept(ByteBufUtil.getBytes(frame));
    }
}
