package io.sallyport.eventloop.epoll;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.sallyport.eventloop.epoll.EstablishedFirstIoHandler.Rank;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The order in which a loop's channels are served, turn by turn. By this clock every step takes longer than a slice. */
class EstablishedFirstIoHandlerTest {
    private static final long STEP = TimeUnit.MICROSECONDS.toNanos(200);

    private final FakeEpoll epoll = new FakeEpoll();
    private final EstablishedFirstIoHandler order = new EstablishedFirstIoHandler(epoll, this::now);
    private final List<String> served = new ArrayList<>();
    private long now = 1;

    private long now() {
        return now;
    }

    private FakeChannel handshake(String name) throws Exception {
        FakeChannel channel = new FakeChannel(name, epoll.registered.size() + 1);
        channel.registration = order.register(channel);
        channel.wants(EpollIoOps.EPOLLIN);
        return channel;
    }

    private void threeHandshakesReady() throws Exception {
        epoll.ready(handshake("handshake 1"), handshake("handshake 2"), handshake("handshake 3"));
    }

    private FakeChannel established(String name) throws Exception {
        FakeChannel channel = handshake(name);
        order.rank(channel.fd, Rank.BACKEND);
        return channel;
    }

    private FakeChannel client(String name) throws Exception {
        FakeChannel channel = handshake(name);
        order.rank(channel.fd, Rank.CLIENT);
        return channel;
    }

    private FakeChannel acceptor(String name) throws Exception {
        FakeChannel channel = handshake(name);
        order.rank(channel.fd, Rank.ACCEPTOR);
        return channel;
    }

    @Test
    void everyEstablishedChannelComesBeforeAnyHandshakeAndThatBeforeAccepting() throws Exception {
        FakeChannel listening = acceptor("accept");
        FakeChannel first = handshake("handshake 1");
        FakeChannel second = handshake("handshake 2");
        FakeChannel one = established("relay 1");
        FakeChannel other = established("relay 2");
        epoll.ready(listening, first, second, one, other);

        turn();
        assertThat(served).containsExactly("relay 1", "relay 2", "handshake 1", "handshake 2");
        epoll.ready(one);
        turn();
        assertThat(served.subList(4, served.size())).containsExactly("relay 1", "accept");
        assertThat(epoll.blocked).containsExactly(true, false);
    }

    @Test
    void oneHandshakeATurnWhereNothingElseIsDone() throws Exception {
        FakeChannel relay = established("relay");
        threeHandshakesReady();
        turn();
        assertThat(served).containsExactly("handshake 1");

        epoll.ready(relay);
        turn();
        turn();
        assertThat(served.subList(1, 3)).containsExactly("relay", "handshake 2");
        assertThat(served).endsWith("handshake 3");
        turn();
        assertThat(epoll.blocked).containsExactly(true, false, false, true);
    }

    @Test
    void anAnswerIsWaitedForBeforeTheNextHandshakeAndNotForLong() throws Exception {
        FakeChannel client = client("request");
        FakeChannel backend = established("answer");
        threeHandshakesReady();
        turn();
        epoll.ready(client);
        turn();
        turn();
        assertThat(served).containsExactly("handshake 1", "request");

        epoll.ready(backend);
        turn();
        assertThat(served).endsWith("request", "answer", "handshake 2");

        epoll.ready(client);
        turn();
        assertThat(served).endsWith("request");
        now += AnswerWait.LONGEST;
        turn();
        assertThat(served).endsWith("request", "handshake 3");
    }

    @Test
    void turnThatWasWaitedForComesBehindHandshakesUnderWay() throws Exception {
        FakeChannel listening = acceptor("accept");
        FakeChannel finishing = handshake("finishing");
        epoll.ready(listening, finishing);
        order.handshake(() -> served.add("begin"));

        turn();
        turn();
        assertThat(served).containsExactly("finishing", "begin", "accept");
    }

    @Test
    void channelThatWaitsForManyTurnsIsNotReportedAgainAndGetsBackWhatItWantsThen() throws Exception {
        int reports = EstablishedFirstIoHandler.REPORTS_BEFORE_MUTE;
        for (int i = 0; i <= reports; i++) {
            epoll.ready(handshake("before"));
        }
        FakeChannel last = handshake("last");
        epoll.ready(last);
        turn();
        for (int i = 1; i < reports; i++) {
            epoll.ready(last);
            turn();
        }
        assertThat(epoll.ops(last)).isEqualTo(EpollIoOps.EPOLLIN);

        epoll.ready(last);
        turn();
        assertThat(epoll.ops(last)).isEqualTo(EpollIoOps.EPOLLET);
        last.wants(EpollIoOps.EPOLLOUT);
        assertThat(epoll.ops(last)).isEqualTo(EpollIoOps.EPOLLET);
        turn();
        assertThat(served).hasSize(reports + 2).endsWith("last");
        assertThat(epoll.ops(last)).isEqualTo(EpollIoOps.EPOLLOUT);
    }

    @Test
    void acceptorThatWaitsStaysAsItIs() throws Exception {
        FakeChannel listening = acceptor("accept");
        FakeChannel first = handshake("handshake 1");
        FakeChannel second = handshake("handshake 2");
        epoll.ready(listening, first, second);
        turn();
        epoll.ready(listening);
        turn();
        assertThat(epoll.ops(listening)).isEqualTo(EpollIoOps.EPOLLIN);

        turn();
        assertThat(served).containsExactly("handshake 1", "handshake 2", "accept");
    }

    @Test
    void whatIsReportedOfAWaitingChannelIsAddedUp() throws Exception {
        FakeChannel first = handshake("handshake 1");
        FakeChannel second = handshake("handshake 2");
        epoll.ready(first, second);
        turn();
        epoll.report(second, EpollIoOps.EPOLLERR);
        turn();

        assertThat(served).containsExactly("handshake 1", "handshake 2");
        assertThat(second.last).isEqualTo(EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLERR));
    }

    @Test
    void channelThatIsClosedWhileItWaitsIsNotServed() throws Exception {
        FakeChannel first = handshake("handshake 1");
        FakeChannel second = handshake("handshake 2");
        epoll.ready(first, second);
        turn();
        Objects.requireNonNull(second.registration).cancel();
        turn();

        assertThat(served).containsExactly("handshake 1");
    }

    @Test
    void stepThatFailsEndsNobodyElse() throws Exception {
        FakeChannel relay = established("relay");
        order.handshake(() -> {
            throw new IllegalStateException("of this test");
        });
        turn();
        epoll.ready(relay);
        turn();

        assertThat(served).containsExactly("relay");
    }

    private void turn() {
        order.run(new Loop());
    }

    /** The rest of an event loop, which has no task. */
    private static final class Loop implements IoHandlerContext {
        @Override
        public boolean canBlock() {
            return true;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return 0;
        }

        @Override
        public long deadlineNanos() {
            return -1;
        }
    }

    private final class FakeChannel implements EpollIoHandle {
        private final String name;
        private final FileDescriptor fd;
        private @Nullable IoRegistration registration;
        private @Nullable EpollIoOps last;

        FakeChannel(String name, int fd) {
            this.name = name;
            this.fd = new FileDescriptor(fd);
        }

        void wants(EpollIoOps ops) {
            Objects.requireNonNull(registration).submit(ops);
        }

        @Override
        public FileDescriptor fd() {
            return fd;
        }

        @Override
        public void handle(IoRegistration any, IoEvent event) {
            now += STEP;
            served.add(name);
            last = ((EpollIoEvent) event).ops();
        }

        @Override
        public void close() {}
    }

    /** What is ready, and what each channel wants to hear of. */
    private static final class FakeEpoll implements IoHandler {
        private final List<FakeRegistration> registered = new ArrayList<>();
        private final List<Runnable> events = new ArrayList<>();
        private final List<Boolean> blocked = new ArrayList<>();

        void ready(FakeChannel... channels) {
            for (FakeChannel channel : channels) {
                report(channel, EpollIoOps.EPOLLIN);
            }
        }

        void report(FakeChannel channel, EpollIoOps ops) {
            FakeRegistration registration = of(channel);
            EpollIoEvent event = () -> ops;
            events.add(() -> registration.handle.handle(registration, event));
        }

        IoOps ops(FakeChannel channel) {
            return of(channel).ops;
        }

        private FakeRegistration of(FakeChannel channel) {
            return registered.get(channel.fd.intValue() - 1);
        }

        @Override
        public int run(IoHandlerContext context) {
            blocked.add(context.canBlock());
            List<Runnable> ready = List.copyOf(events);
            events.clear();
            ready.forEach(Runnable::run);
            return ready.size();
        }

        @Override
        public IoRegistration register(IoHandle handle) {
            FakeRegistration registration = new FakeRegistration((EpollIoHandle) handle);
            registered.add(registration);
            handle.registered();
            return registration;
        }

        @Override
        public void prepareToDestroy() {}

        @Override
        public void destroy() {}

        @Override
        public void wakeup() {}

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return true;
        }
    }

    private static final class FakeRegistration implements IoRegistration {
        private final EpollIoHandle handle;
        private IoOps ops = EpollIoOps.NONE;
        private boolean valid = true;

        FakeRegistration(EpollIoHandle handle) {
            this.handle = handle;
        }

        @Override
        @SuppressWarnings({"TypeParameterUnusedInFormals", "unchecked"}) // Netty's signature.
        public <T> T attachment() {
            return (T) this;
        }

        @Override
        public long submit(IoOps wanted) {
            ops = wanted;
            return 0;
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public boolean cancel() {
            valid = false;
            handle.unregistered();
            return true;
        }
    }
}
