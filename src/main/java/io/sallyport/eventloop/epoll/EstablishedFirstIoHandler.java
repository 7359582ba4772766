package io.sallyport.eventloop.epoll;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.sallyport.eventloop.ServingOrder;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves what is ready on one event loop in the order of its worth: first the connections that relay, then handshakes,
 * then the listening sockets.
 *
 * <p>A handshake costs as much as a hundred relayed records. Served as epoll reports them, thirty of them stand between a
 * connection and its next byte. Here every turn of the loop serves all established connections, and of the rest no more
 * than fits a slice of time; what is left waits for the next turn, behind whatever became ready meanwhile. While a
 * handshake waits nothing is accepted, so that a flood queues in the kernel, where a connection costs nothing.
 *
 * <p>A client's request that has just been passed on is soon answered: before it begins with a step that the answer would have
 * to wait for, the loop looks for the answer for a while.
 *
 * <p>The slice is never shorter than what the established connections took in the same turn: a loop that is full of them
 * still spends half of its time on new ones.
 */
public final class EstablishedFirstIoHandler extends DelegatingIoHandler implements ServingOrder {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.connection");

    /** One key exchange with its signature takes longer, so that it has a turn for itself; cheap steps share one. */
    private static final long SLICE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    /** A look at a channel that still waits costs a tenth of the two system calls that spare it. */
    static final int REPORTS_BEFORE_MUTE = 16;

    private static final long NOTHING_YET = 0;

    private final LongSupplier clock;
    private final IntObjectMap<Ranked> channels = new IntObjectHashMap<>();
    private final Queue<Ranked> handshakes = new ArrayDeque<>();
    private final Queue<Runnable> turns = new ArrayDeque<>();
    private final Queue<Ranked> acceptors = new ArrayDeque<>();
    private final WithoutBlocking withoutBlocking = new WithoutBlocking();
    private final AnswerWait answerWait = new AnswerWait();
    private long firstEstablishedNanos = NOTHING_YET;
    private boolean answerExpected;

    public EstablishedFirstIoHandler(IoHandler epoll) {
        this(epoll, System::nanoTime);
    }

    public EstablishedFirstIoHandler(IoHandler epoll, LongSupplier clock) {
        super(epoll);
        this.clock = clock;
    }

    @Override
    public void establish(Channel client, @Nullable Channel backend) {
        rank(((UnixChannel) client).fd(), Rank.CLIENT);
        if (backend != null) {
            rank(((UnixChannel) backend).fd(), Rank.BACKEND);
        }
    }

    @Override
    public void accept(Channel channel) {
        rank(((UnixChannel) channel).fd(), Rank.ACCEPTOR);
    }

    void rank(FileDescriptor channel, Rank rank) {
        Ranked ranked = channels.get(channel.intValue());
        if (ranked != null) {
            ranked.rank = rank;
        }
    }

    @Override
    public void handshake(Runnable step) {
        turns.add(step);
    }

    @Override
    public int run(IoHandlerContext context) {
        firstEstablishedNanos = NOTHING_YET;
        int handled = epoll.run(isNothingWaiting() ? context : withoutBlocking.with(context));
        if (isNothingWaiting()) {
            return handled;
        }
        long now = clock.getAsLong();
        if (waitsForAnswer(now)) {
            return handled;
        }
        long established = firstEstablishedNanos == NOTHING_YET ? 0 : now - firstEstablishedNanos;
        long end = now + Math.max(SLICE_NANOS, established);
        long worked = now;
        for (Runnable next = next(); next != null; next = worked - end < 0 ? next() : null) {
            step(next);
            handled++;
            worked = clock.getAsLong();
        }
        answerWait.earn(worked - now);
        return handled;
    }

    private boolean waitsForAnswer(long now) {
        boolean served = firstEstablishedNanos != NOTHING_YET;
        if (served && answerExpected) {
            answerWait.begin(now);
        } else if (served) {
            answerWait.end(now);
        }
        return answerWait.lasts(now);
    }

    private boolean isNothingWaiting() {
        return handshakes.isEmpty() && turns.isEmpty() && acceptors.isEmpty();
    }

    /** A handshake that is to end comes before one that is to begin. */
    private @Nullable Runnable next() {
        Runnable handshake = handshakes.poll();
        if (handshake == null) {
            handshake = turns.poll();
        }
        return handshake != null ? handshake : acceptors.poll();
    }

    private static void step(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            // Netty's own loop logs and goes on, too: no other connection may end with this one.
            LOG.error("internal error: {}", e, e);
        }
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        Ranked ranked = new Ranked((EpollIoHandle) handle);
        Registration registration = new Registration(epoll.register(ranked), ranked);
        ranked.registration = registration;
        return registration;
    }

    /** How soon a channel is served. */
    enum Rank {
        CLIENT,
        BACKEND,
        HANDSHAKE,
        ACCEPTOR;

        private boolean isEstablished() {
            return this == CLIENT || this == BACKEND;
        }
    }

    /** A channel, as epoll sees it. */
    private final class Ranked extends DelegatingHandle implements Runnable {
        private Rank rank = Rank.HANDSHAKE;
        private @Nullable Registration registration;
        private @Nullable EpollIoOps ready;
        private int reports;

        Ranked(EpollIoHandle channel) {
            super(channel);
        }

        @Override
        public void handle(IoRegistration any, IoEvent event) {
            EpollIoOps ops = ((EpollIoEvent) event).ops();
            if (ready != null) {
                ready = ready.with(ops);
                waitUnreported();
                return;
            }
            if (rank.isEstablished()) {
                serve(any, event);
                return;
            }
            ready = ops;
            reports = 0;
            (rank == Rank.ACCEPTOR ? acceptors : handshakes).add(this);
        }

        private void serve(IoRegistration any, IoEvent event) {
            if (firstEstablishedNanos == NOTHING_YET) {
                firstEstablishedNanos = clock.getAsLong();
            }
            answerExpected = rank == Rank.CLIENT;
            channel.handle(any, event);
        }

        @Override
        public void run() {
            EpollIoOps ops = ready;
            Registration own = registration;
            if (ops == null || own == null || !own.isValid()) {
                return;
            }
            ready = null;
            try {
                channel.handle(own, new Ready(ops));
            } finally {
                own.unmute();
            }
        }

        /** What waits for long need not be reported turn after turn; a listening socket may be, of which there are few. */
        private void waitUnreported() {
            if (registration != null && rank == Rank.HANDSHAKE && ++reports >= REPORTS_BEFORE_MUTE) {
                registration.mute();
            }
        }

        @Override
        public void registered() {
            channels.put(fd().intValue(), this);
            channel.registered();
        }

        @Override
        public void unregistered() {
            channels.remove(fd().intValue());
            channel.unregistered();
        }
    }

    private record Ready(EpollIoOps ops) implements EpollIoEvent {}

    /** A registration, as the channel sees it. */
    private static final class Registration extends DelegatingRegistration {
        private final Ranked ranked;
        private IoOps wanted = EpollIoOps.NONE;
        private boolean muted;

        Registration(IoRegistration registration, Ranked ranked) {
            super(registration);
            this.ranked = ranked;
        }

        @Override
        public long submit(IoOps ops) {
            wanted = ops;
            return muted ? ((EpollIoOps) ops).value() : registration.submit(ops);
        }

        void mute() {
            if (!muted && isValid()) {
                muted = true;
                // Edge-triggered, for no event: only a reset is reported, and only once.
                registration.submit(EpollIoOps.EPOLLET);
            }
        }

        void unmute() {
            if (muted) {
                muted = false;
                registration.submit(wanted);
            }
        }

        @Override
        public boolean cancel() {
            ranked.ready = null;
            return registration.cancel();
        }
    }

    /** What Netty tells its handler of the loop, but that something waits already. */
    private static final class WithoutBlocking implements IoHandlerContext {
        private @Nullable IoHandlerContext context;

        IoHandlerContext with(IoHandlerContext given) {
            context = given;
            return this;
        }

        @Override
        public boolean canBlock() {
            return false;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return context == null ? 0 : context.delayNanos(currentTimeNanos);
        }

        @Override
        public long deadlineNanos() {
            return context == null ? -1 : context.deadlineNanos();
        }

        @Override
        public void reportActiveIoTime(long activeNanos) {
            if (context != null) {
                context.reportActiveIoTime(activeNanos);
            }
        }

        @Override
        public boolean shouldReportActiveIoTime() {
            return context != null && context.shouldReportActiveIoTime();
        }
    }
}
