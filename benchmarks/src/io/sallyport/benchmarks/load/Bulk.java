package io.sallyport.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;

/** A number of bytes in one direction, over some connections at once. */
final class Bulk extends Work {
    private final Chunks chunks;
    private final int lanes;
    private final long perLane;
    private final boolean toClient;
    private int open;

    Bulk(Client client, EventLoopGroup loops, Chunks chunks, Command command) {
        super(client, loops);
        this.chunks = chunks;
        this.lanes = command.number("lanes", 4);
        this.perLane = command.number("bytes", 1L << 20) / lanes;
        this.toClient = command.text("direction", "to-client").equals("to-client");
    }

    @Override
    void begin() {
        open = lanes;
        for (int i = 0; i < lanes; i++) {
            client.connect(() -> toClient ? new Sink(figures) : new Source(figures));
        }
    }

    private void laneClosed() {
        open--;
        if (open == 0) {
            over();
        }
    }

    private final class Sink extends ClientConnection {
        private long left = perLane;

        Sink(Figures figures) {
            super(figures);
        }

        @Override
        void ready(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Requests.transfer(ctx.alloc(), Requests.SOURCE, perLane), ctx.voidPromise());
        }

        @Override
        void received(ChannelHandlerContext ctx, ByteBuf data) {
            left -= data.readableBytes();
            if (left == 0) {
                figures.done();
                figures.bytes(perLane);
                figures.end();
                end(ctx);
            }
        }

        @Override
        void closed(boolean asPlanned) {
            laneClosed();
        }
    }

    private final class Source extends ClientConnection {
        private long left = perLane;

        Source(Figures figures) {
            super(figures);
        }

        @Override
        void ready(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Requests.transfer(ctx.alloc(), Requests.SINK, perLane), ctx.voidPromise());
            send(ctx);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (ctx.channel().isWritable()) {
                send(ctx);
            }
        }

        private void send(ChannelHandlerContext ctx) {
            while (left > 0 && ctx.channel().isWritable()) {
                ByteBuf chunk = chunks.next(left);
                left -= chunk.readableBytes();
                ctx.writeAndFlush(chunk, ctx.voidPromise());
            }
        }

        @Override
        void received(ChannelHandlerContext ctx, ByteBuf data) {
            figures.done();
            figures.bytes(perLane);
            figures.end();
            end(ctx);
        }

        @Override
        void closed(boolean asPlanned) {
            laneClosed();
        }
    }
}
