package io.sallyport.connection.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.sallyport.eventloop.Transport;
import io.sallyport.memory.DirectMemory;
import io.sallyport.tls.record.PlainRecordLayer;
import io.sallyport.tls.record.RecordLayer;

/** A peer at the other end of a socket. */
public final class ChannelPeer implements Peer {
    private final Channel channel;
    private final boolean isClient;
    private RecordLayer records;
    private boolean endsCut;

    private ChannelPeer(Channel channel, RecordLayer records, boolean isClient) {
        this.channel = channel;
        this.records = records;
        this.isClient = isClient;
    }

    /** A client, to whom close_notify and FIN go in one segment. */
    public static ChannelPeer client(Channel channel) {
        return new ChannelPeer(channel, new PlainRecordLayer(channel), true);
    }

    /** A server, whose channel is closed by its FIN once ours is out. */
    public static ChannelPeer server(Channel channel, RecordLayer records) {
        return new ChannelPeer(channel, records, false);
    }

    @Override
    public void use(RecordLayer other) {
        records = other;
    }

    @Override
    public void write(ByteBuf data) {
        DirectMemory.share().apply(channel);
        channel.write(data, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void read() {
        channel.read();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public Future<?> sendEnd(boolean withCloseNotify) {
        if (isClient && channel.isActive() && channel instanceof SocketChannel) {
            // The shutdown that follows lets go of both.
            Transport.of(channel.eventLoop()).hold(channel);
        }
        endsCut = !withCloseNotify;
        return withCloseNotify && channel.isActive() ? records.closeOutbound() : flushed();
    }

    @Override
    public void shutdownOutput() {
        if (channel.isActive() && !((DuplexChannel) channel).isOutputShutdown()) {
            Transport.of(channel.eventLoop()).shutdownOutput((DuplexChannel) channel);
            if (!isClient && channel instanceof SocketChannel) {
                // Netty would shut down the input of a socket that both FINs have ended already, which throws.
                channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
            }
        }
    }

    @Override
    public Future<?> flushed() {
        return channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
    }

    @Override
    public boolean isInputShutdown() {
        return ((DuplexChannel) channel).isInputShutdown();
    }

    @Override
    public boolean isInboundClosed() {
        return records.isInboundClosed();
    }

    @Override
    public boolean isMidRecord() {
        return records.isMidRecord();
    }

    @Override
    public boolean isFullDuplex() {
        return records.isFullDuplex();
    }

    @Override
    public void close() {
        if (endsCut) {
            // A close_notify behind it would say that the stream was whole.
            cut();
        } else {
            channel.close();
        }
    }

    @Override
    public void closeDiscarding() {
        if (channel.isActive()) {
            LingerHandler.of(channel).awaitFin();
        }
        close();
    }

    @Override
    public void cut() {
        ChannelHandlerContext tls = channel.pipeline().context(Handlers.TLS);
        if (tls == null) {
            channel.close();
        } else {
            tls.close();
        }
    }

    @Override
    public void reset() {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.unsafe().close(channel.unsafe().voidPromise());
        }
    }

    @Override
    public void resetOnceDelivered() {
        if (channel.isActive()) {
            LingerHandler.of(channel).resetOnceDelivered();
        } else {
            reset();
        }
    }
}
