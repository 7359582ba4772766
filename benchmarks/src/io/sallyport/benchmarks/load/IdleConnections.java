package io.sallyport.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;

/** Opens connections up to a number, each with one byte there and back, and leaves them open. */
final class IdleConnections extends Work {
    private static final int OPENING_AT_ONCE = 32;

    private final List<Idle> kept;
    private final int wanted;
    private int opening;
    private boolean closing;

    /** With the connections that are open already, to which more are added. */
    IdleConnections(Client client, EventLoopGroup loops, List<Idle> kept, int wanted) {
        super(client, loops);
        this.kept = kept;
        this.wanted = wanted;
    }

    static List<Idle> none() {
        return new ArrayList<>();
    }

    @Override
    void begin() {
        if (kept.size() > wanted) {
            closing = true;
            new ArrayList<>(kept).subList(wanted, kept.size()).forEach(idle -> idle.end(this));
            return;
        }
        next();
    }

    private void next() {
        if (kept.size() >= wanted) {
            over();
            return;
        }
        while (opening < OPENING_AT_ONCE && kept.size() + opening < wanted) {
            opening++;
            client.connect(() -> new Idle(this, figures));
        }
    }

    private void lost(Idle idle) {
        if (kept.remove(idle) && closing) {
            figures.done();
            if (kept.size() == wanted) {
                over();
            }
        } else if (!closing) {
            over();
        }
    }

    static final class Idle extends ClientConnection {
        private IdleConnections work;
        private ChannelHandlerContext context;

        Idle(IdleConnections work, Figures figures) {
            super(figures);
            this.work = work;
        }

        void end(IdleConnections closer) {
            work = closer;
            end(context);
        }

        @Override
        void ready(ChannelHandlerContext ctx) {
            context = ctx;
            ctx.writeAndFlush(Requests.echo(ctx.alloc(), 1), ctx.voidPromise());
        }

        @Override
        void received(ChannelHandlerContext ctx, ByteBuf data) {
            work.opening--;
            work.kept.add(this);
            work.figures.done();
            work.next();
        }

        @Override
        void closed(boolean asPlanned) {
            work.lost(this);
        }
    }
}
