package io.sallyport.explain.probe;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.trace.HandshakeTrace;
import io.sallyport.handshake.trace.HandshakeTranscript;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Shows the trace every byte on the wire, and keeps the first ones of the server: they tell what else it speaks. */
final class WireHandler extends ChannelDuplexHandler {
    static final int KEPT = 64;

    private final boolean proxyHeader;
    private final StringBuilder firstBytes = new StringBuilder(KEPT);
    private long start = System.nanoTime();
    private long connected = -1;
    private @Nullable HandshakeTrace trace;

    /** @param proxyHeader whether a PROXY protocol header is the first that is sent; the trace does not see it */
    WireHandler(boolean proxyHeader) {
        this.proxyHeader = proxyHeader;
    }

    /** The first bytes of the server, one character a byte. */
    String firstBytes() {
        return firstBytes.toString();
    }

    /** Nanoseconds from the dial until TCP was connected; -1: never. */
    long connectNanos() {
        return connected < 0 ? -1 : connected - start;
    }

    /** Nanoseconds from the dial. */
    long sinceDial() {
        return System.nanoTime() - start;
    }

    /** What passed until now; its times count from the dial. */
    HandshakeTranscript transcript() {
        return trace().snapshot();
    }

    /** Whether a whole record of the server passed after that time from the dial. */
    boolean isHeardAfter(long nanos) {
        return transcript().steps().stream()
                .anyMatch(step ->
                        step.direction() == Direction.SERVER_TO_CLIENT && step.complete() && step.nanos() > nanos);
    }

    @Override
    public void connect(
            ChannelHandlerContext ctx, SocketAddress remote, @Nullable SocketAddress local, ChannelPromise promise) {
        // What it took to get here is no time of the server's.
        start = System.nanoTime();
        ctx.connect(remote, local, promise);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        connected = System.nanoTime();
        if (proxyHeader) {
            ctx.writeAndFlush(LocalHeader.buffer());
        }
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf data = (ByteBuf) message;
        for (int i = data.readerIndex(); i < data.writerIndex() && firstBytes.length() < KEPT; i++) {
            firstBytes.append((char) data.getUnsignedByte(i));
        }
        trace().onBytes(Direction.SERVER_TO_CLIENT, data, System.nanoTime());
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf data) {
            trace().onBytes(Direction.CLIENT_TO_SERVER, data, System.nanoTime());
        }
        ctx.write(message, promise);
    }

    private HandshakeTrace trace() {
        HandshakeTrace known = trace;
        if (known == null) {
            known = HandshakeTrace.ofClient(start);
            trace = known;
        }
        return known;
    }
}
