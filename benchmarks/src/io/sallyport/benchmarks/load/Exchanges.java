package io.sallyport.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Requests on kept-alive connections, each answered by as many bytes as it has.
 *
 * <p>With a rate of 0 each connection sends its next request as soon as it is answered. With a rate requests are due at
 * fixed times whatever became of those before, and their time is counted from when they were due: a proxy that stalls
 * does not thereby excuse what it kept waiting. The event loop then spins, since no timer is exact enough. With a pause
 * each connection thinks for about so long before its next request, which is timed from when it is sent: a proxy that
 * answers sooner is not given more to do for it.
 */
final class Exchanges extends Work {
    private final Spinner spinner;
    private final int lanes;
    private final int size;
    private final long count;
    private final double nanosPerRequest;
    private final long pauseNanos;
    private final SplittableRandom random = new SplittableRandom(1);
    private final List<Lane> ready = new ArrayList<>();
    private long sent;
    private long answered;
    private int open;
    private long begun;

    Exchanges(Client client, EventLoopGroup loops, Spinner spinner, Command command) {
        super(client, loops);
        this.spinner = spinner;
        this.lanes = command.number("lanes", 32);
        this.size = command.number("size", 1024);
        this.count = command.number("count", 1000L);
        long rate = command.number("rate", 0L);
        this.nanosPerRequest = rate == 0 ? 0 : 1e9 / rate;
        this.pauseNanos = TimeUnit.MICROSECONDS.toNanos(command.number("pause", 0L));
    }

    @Override
    void begin() {
        open = lanes;
        for (int i = 0; i < lanes; i++) {
            client.connect(() -> new Lane(figures));
        }
    }

    /** Connections are not part of what is timed. */
    private void laneReady(Lane lane) {
        ready.add(lane);
        if (ready.size() < lanes) {
            return;
        }
        begun = System.nanoTime();
        figures.begin();
        if (nanosPerRequest == 0) {
            ready.forEach(each -> each.send(System.nanoTime()));
        } else {
            spinner.each(this::tick);
        }
    }

    private void tick() {
        long now = System.nanoTime();
        while (sent < count && begun + (long) (sent * nanosPerRequest) <= now) {
            ready.get((int) (sent % lanes)).send(begun + (long) (sent * nanosPerRequest));
        }
        if (sent == count || open == 0) {
            spinner.each(null);
        }
    }

    private void answered(Lane lane) {
        answered++;
        figures.done();
        if (answered == count) {
            figures.end();
            ready.forEach(Lane::end);
        } else if (nanosPerRequest == 0 && sent < count) {
            next(lane);
        }
    }

    private void next(Lane lane) {
        if (pauseNanos == 0) {
            lane.send(System.nanoTime());
            return;
        }
        // Never in step with what else the proxy does.
        long pause = pauseNanos / 2 + random.nextLong(pauseNanos);
        loop.schedule(() -> lane.send(System.nanoTime()), pause, TimeUnit.NANOSECONDS);
    }

    private final class Lane extends ClientConnection {
        private final Queue<Long> due = new ArrayDeque<>();
        private ChannelHandlerContext context;
        private boolean begins = true;
        private int missing;

        Lane(Figures figures) {
            super(figures);
        }

        void send(long dueAt) {
            sent++;
            due.add(dueAt);
            if (due.size() == 1) {
                missing = size;
            }
            context.writeAndFlush(context.alloc().directBuffer(size).writeZero(size), context.voidPromise());
        }

        void end() {
            end(context);
        }

        @Override
        void ready(ChannelHandlerContext ctx) {
            context = ctx;
            missing = 1;
            ctx.writeAndFlush(Requests.echo(ctx.alloc(), 1), ctx.voidPromise());
        }

        @Override
        void received(ChannelHandlerContext ctx, ByteBuf data) {
            int left = data.readableBytes();
            if (begins) {
                begins = false;
                laneReady(this);
                return;
            }
            while (left > 0 && !due.isEmpty()) {
                int taken = Math.min(left, missing);
                left -= taken;
                missing -= taken;
                if (missing > 0) {
                    return;
                }
                figures.took(System.nanoTime() - due.remove());
                missing = size;
                answered(this);
            }
        }

        @Override
        void closed(boolean asPlanned) {
            open--;
            if (open == 0 || answered < count) {
                over();
            }
        }
    }
}
