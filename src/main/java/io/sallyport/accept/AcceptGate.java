package io.sallyport.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.sallyport.accept.SourceLimiter.Admitted;
import io.sallyport.accept.SourceLimiter.Refused;
import io.sallyport.accept.SourceLimiter.Verdict;
import io.sallyport.config.LimitsConfig.WhenFull;
import io.sallyport.eventloop.SocketError;
import io.sallyport.memory.MemoryGuard;
import io.sallyport.metrics.ListenerMeters.AcceptError;
import io.sallyport.metrics.ListenerMeters.Limit;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands on the listening channel of one event loop: lets an accepted connection through when its source may have it and
 * both the listener and the process have a permit left.
 *
 * <p>Whether another acceptor of the listener has a queue cannot be seen from here, so with {@code when-full = wait} an
 * acceptor may hold one accepted connection, untouched, until it gets its permits; the rest wait in the kernel.
 */
public final class AcceptGate extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.listener");
    private static final long PAUSE_MILLIS = 200;

    /** A new connection may be accepted a few turns after it is ready: established ones are served first. */
    private static final int QUIET_LOOKS = 5;

    /** Half a second: a TCP handshake that began here before needs one more round trip. */
    private static final int HAND_OVER_LOOKS = 250;

    private static final long LOOK_MILLIS = 2;
    private static final int MOST_LOOKS = 750;

    private final ListenerLimits limits;
    private final MemoryGuard memory;
    private final Supplier<? extends AcceptSettings> settings;
    private final LimitRefusals refusals;
    private final AcceptTrouble trouble;
    private @Nullable Arrival parked;
    private boolean stopped;
    private boolean pausing;
    private long arrivals;

    public AcceptGate(
            ListenerLimits limits,
            MemoryGuard memory,
            LimitRefusals refusals,
            AcceptTrouble trouble,
            Supplier<? extends AcceptSettings> settings) {
        this.limits = limits;
        this.memory = memory;
        this.refusals = refusals;
        this.settings = settings;
        this.trouble = trouble;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Channel child = (Channel) message;
        arrivals++;
        AcceptSettings now = settings.get();
        if (!memory.admits(limits.processConnections().held())) {
            refusals.reset(child, now, Limit.MEMORY);
            return;
        }
        // A trusted proxy is no source: the PROXY protocol header that it has to send names the client.
        Verdict verdict = child.remoteAddress() instanceof InetSocketAddress client
                        && !now.proxyProtocol().isTrusted(client.getAddress())
                ? limits.sources().enter(client.getAddress())
                : Admitted.UNCOUNTED;
        if (verdict instanceof Refused refused) {
            refusals.reset(child, now, LimitRefusals.limit(refused));
        } else if (verdict instanceof Admitted source) {
            admitOrQueue(new Arrival(ctx, child, source), now);
        }
    }

    private void admitOrQueue(Arrival arrival, AcceptSettings now) {
        boolean rejects = now.limits().whenFull() == WhenFull.REJECT;
        if (!limits.connections().tryAcquire()) {
            if (rejects) {
                limits.sources().leave(arrival.source);
                refusals.reset(arrival.child, now, Limit.CONNECTIONS);
            } else {
                park(arrival);
            }
            return;
        }
        arrival.hasListenerPermit = true;
        if (limits.processConnections().tryAcquire()) {
            arrival.admit();
        } else if (rejects) {
            limits.sources().leave(arrival.source);
            limits.connections().release();
            refusals.reset(arrival.child, now, Limit.ALL_CONNECTIONS);
        } else {
            park(arrival);
        }
    }

    private void park(Arrival arrival) {
        parked = arrival;
        arrival.ctx.channel().config().setAutoRead(false);
        arrival.queue();
    }

    /**
     * Waits until the kernel's queue is empty: what is in it when the listening channel closes would be reset.
     *
     * @param handedOver whether the kernel gives new clients to another process already
     * @return completes on the event loop
     */
    CompletableFuture<Void> whenQuiet(Channel listening, boolean handedOver) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        int looks = handedOver ? HAND_OVER_LOOKS : QUIET_LOOKS;
        listening.eventLoop().execute(() -> look(listening, new Quiet(looks, result), looks, MOST_LOOKS));
        return result;
    }

    /**
     * What is waited for.
     *
     * @param looks so many in a row at which nobody had come
     */
    private record Quiet(int looks, CompletableFuture<Void> reached) {}

    private void look(Channel listening, Quiet quiet, int wanted, int left) {
        // Nothing comes where nothing is accepted; but after a failed accept the queue is still there when accepting
        // resumes.
        if (wanted == 0 || left == 0 || (!pausing && !listening.config().isAutoRead())) {
            quiet.reached.complete(null);
            return;
        }
        long seen = arrivals;
        listening
                .eventLoop()
                .schedule(
                        () -> look(listening, quiet, arrivals == seen && !pausing ? wanted - 1 : quiet.looks, left - 1),
                        LOOK_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    /** Stops accepting for good; a connection that waits for its permits is closed. */
    void stop() {
        stopped = true;
        Arrival waiting = parked;
        if (waiting != null && waiting.giveUp()) {
            parked = null;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stop();
        ctx.fireChannelInactive();
    }

    /** Accept failed. Accepting pauses, so that a full descriptor table is neither a busy loop nor a log flood. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        String words = String.valueOf(cause.getMessage());
        boolean full = SocketError.of(cause) == SocketError.TOO_MANY_OPEN_FILES;
        AcceptError error = full ? AcceptError.TOO_MANY_OPEN_FILES : AcceptError.OTHER;
        settings.get().meters().acceptFailed(error);
        if (trouble.begins()) {
            LOG.atWarn()
                    .addKeyValue("listener", settings.get().name())
                    .addKeyValue("reason", error.tag())
                    .log(
                            "cannot accept: {}",
                            full
                                    ? "too many open files (raise the limit of open files, or lower limits.connections)"
                                    : words);
        }
        ctx.channel().config().setAutoRead(false);
        pausing = true;
        ctx.executor().schedule(() -> endPause(ctx), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void endPause(ChannelHandlerContext ctx) {
        pausing = false;
        resume(ctx);
    }

    private void resume(ChannelHandlerContext ctx) {
        if (parked == null && !stopped && ctx.channel().isOpen()) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    /** An accepted connection, and its way to its permits: first the listener's, then the process's. */
    private final class Arrival implements Runnable {
        private final ChannelHandlerContext ctx;
        private final Channel child;
        private final Admitted source;
        private volatile boolean hasListenerPermit;

        Arrival(ChannelHandlerContext ctx, Channel child, Admitted source) {
            this.ctx = ctx;
            this.child = child;
            this.source = source;
        }

        void queue() {
            (hasListenerPermit ? limits.processConnections() : limits.connections()).acquire(this);
        }

        /** Called with a permit taken, on any thread. */
        @Override
        public void run() {
            if (hasListenerPermit) {
                ctx.executor().execute(this::onPermits);
            } else {
                hasListenerPermit = true;
                queue();
            }
        }

        private void onPermits() {
            parked = null;
            if (stopped) {
                child.unsafe().closeForcibly();
                release();
                return;
            }
            admit();
            ctx.fireChannelReadComplete();
            resume(ctx);
        }

        void admit() {
            child.closeFuture().addListener(closed -> release());
            ctx.fireChannelRead(child);
        }

        private void release() {
            limits.processConnections().release();
            limits.connections().release();
            limits.sources().leave(source);
        }

        /** False when a permit is on its way: then {@link #onPermits} gives it back. */
        boolean giveUp() {
            child.unsafe().closeForcibly();
            boolean waited = (hasListenerPermit ? limits.processConnections() : limits.connections()).cancel(this);
            if (waited) {
                limits.sources().leave(source);
                if (hasListenerPermit) {
                    limits.connections().release();
                }
            }
            return waited;
        }
    }
}
