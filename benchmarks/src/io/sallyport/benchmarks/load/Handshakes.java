package io.sallyport.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;

/**
 * Connections one after the other on each of some lanes: handshake, a request and an answer of one byte, close.
 *
 * <p>The time is from connect to the answer.
 */
final class Handshakes extends Work {
    static final int UNTIL_ENDED = Integer.MAX_VALUE;

    private final int lanes;
    private int toBegin;
    private int open;

    Handshakes(Client client, EventLoopGroup loops, int count, int lanes) {
        super(client, loops);
        this.toBegin = count;
        this.lanes = lanes;
    }

    @Override
    void begin() {
        for (int i = 0; i < lanes; i++) {
            next();
        }
    }

    /** Those under way are the last. */
    void end() {
        toBegin = 0;
    }

    private void next() {
        if (toBegin == 0) {
            if (open == 0) {
                over();
            }
            return;
        }
        toBegin--;
        open++;
        client.connect(() -> new Lane(figures));
    }

    private final class Lane extends ClientConnection {
        private final long begun = System.nanoTime();

        Lane(Figures figures) {
            super(figures);
        }

        @Override
        void ready(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Requests.echo(ctx.alloc(), 1), ctx.voidPromise());
        }

        @Override
        void received(ChannelHandlerContext ctx, ByteBuf data) {
            figures.took(System.nanoTime() - begun);
            figures.done();
            end(ctx);
        }

        @Override
        void closed(boolean asPlanned) {
            open--;
            // Not at once: a listener that refuses would have it recur for ever.
            loop.execute(Handshakes.this::next);
        }
    }
}
