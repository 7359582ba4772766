package io.sallyport.connection;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.sallyport.accept.AcceptGate;
import io.sallyport.accept.AcceptTrouble;
import io.sallyport.accept.Acceptors;
import io.sallyport.accept.HandshakeGate;
import io.sallyport.accept.LimitRefusals;
import io.sallyport.accept.ListenerLimits;
import io.sallyport.accesslog.ConnectionCensus;
import io.sallyport.accesslog.ConnectionTally;
import io.sallyport.accesslog.TalliedConnection;
import io.sallyport.eventloop.InheritedSocket;
import io.sallyport.eventloop.LoopDelay;
import io.sallyport.eventloop.LoopThreads;
import io.sallyport.eventloop.ServingOrder;
import io.sallyport.eventloop.Transport;
import io.sallyport.eventloop.epoll.EstablishedFirstIoHandler;
import io.sallyport.eventloop.epoll.HalfCloseIoHandler;
import io.sallyport.memory.DirectMemory;
import io.sallyport.memory.FrugalReads;
import io.sallyport.memory.MemoryGuard;
import io.sallyport.metrics.CloseReason;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The event loops that move bytes, and the acceptors on them. */
public final class ConnectionLoops {
    private static final int BACKLOG = 4096;

    private final Transport transport;
    private final MemoryGuard memory;
    private final LoopThreads threads = new LoopThreads("sallyport-loop", false);
    private final MultiThreadIoEventLoopGroup group;
    private final List<Loop> loops = new ArrayList<>();
    private final ConnectionIds ids = new ConnectionIds();

    private record Loop(EventLoop executor, ServingOrder order, LiveConnections live) {}

    /** Starts {@code count} threads, all of them at once. */
    public ConnectionLoops(int count, Transport transport, MemoryGuard memory) {
        this.transport = transport;
        this.memory = memory;
        IdentityHashMap<ThreadAwareExecutor, ServingOrder> orders = new IdentityHashMap<>();
        group = new MultiThreadIoEventLoopGroup(count, threads, handlers(transport, orders));
        for (EventExecutor executor : group) {
            IoEventLoop loop = (IoEventLoop) executor;
            loops.add(new Loop(loop, orders.getOrDefault(loop, ServingOrder.AS_IT_COMES), new LiveConnections(loop)));
            // A thread that starts later may find no file descriptor left to wait on.
            loop.submit(() -> {}).syncUninterruptibly();
        }
    }

    private static IoHandlerFactory handlers(
            Transport transport, IdentityHashMap<ThreadAwareExecutor, ServingOrder> orders) {
        if (transport != Transport.EPOLL) {
            return transport.handlers();
        }
        IoHandlerFactory epoll = HalfCloseIoHandler.newFactory();
        return loop -> {
            EstablishedFirstIoHandler handler = new EstablishedFirstIoHandler(epoll.newHandler(loop));
            orders.put(loop, handler);
            return handler;
        };
    }

    /**
     * Binds one acceptor on each loop, all to one port, and accepts nothing yet.
     *
     * @throws Exception as the kernel refused
     */
    public Acceptors bind(InetSocketAddress address, ListenerLimits limits, Supplier<ListenerSettings> settings)
            throws Exception {
        LimitRefusals refusals = new LimitRefusals();
        AcceptTrouble trouble = new AcceptTrouble();
        List<Acceptors.Acceptor> acceptors = new ArrayList<>();
        InetSocketAddress target = address;
        for (Loop loop : loops) {
            AcceptGate gate = new AcceptGate(limits, memory, refusals, trouble, settings);
            ServerBootstrap bootstrap = new ServerBootstrap()
                    .group(loop.executor())
                    .channelFactory(() -> transport.serverSocket(address.getAddress()))
                    .option(transport.sharedPort(), true)
                    .option(ChannelOption.SO_BACKLOG, BACKLOG)
                    .option(ChannelOption.AUTO_READ, false)
                    // One connection a turn: what comes after it waits behind those that are established.
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new ServerChannelRecvByteBufAllocator())
                    .childOption(ChannelOption.AUTO_READ, false)
                    .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FrugalReads())
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .handler(gate)
                    .childHandler(new FrontendInitializer(
                            settings, executor -> gate(loop, limits, refusals), any -> loop.live(), ids));
            transport.tune(bootstrap, DirectMemory.UNSENT);
            ChannelFuture bound = bootstrap.bind(target).awaitUninterruptibly();
            if (!bound.isSuccess()) {
                new Acceptors(acceptors).close(false).join();
                throw asException(bound.cause());
            }
            serveLast(loop, bound);
            acceptors.add(new Acceptors.Acceptor(bound.channel(), gate));
            // With port 0 the kernel chose one for the first; the others share it.
            target = (InetSocketAddress) bound.channel().localAddress();
        }
        return new Acceptors(acceptors);
    }

    /**
     * Binds one acceptor to a unix-domain socket, which has no sharing as ports have; it hands connections to all loops in
     * turn. It accepts nothing yet.
     *
     * @throws Exception as the kernel refused
     */
    public Acceptors bind(DomainSocketAddress address, ListenerLimits limits, Supplier<ListenerSettings> settings)
            throws Exception {
        return acceptForAll(transport::serverDomainSocket, limits, settings, false, with -> with.bind(address));
    }

    /**
     * Takes over a listening socket that somebody else has bound and keeps open; one acceptor hands connections to all loops
     * in turn. It accepts nothing yet.
     *
     * @throws Exception as the kernel refused
     */
    public Acceptors inherit(InheritedSocket socket, ListenerLimits limits, Supplier<ListenerSettings> settings)
            throws Exception {
        ServerChannel listening = transport.inherited(socket);
        return acceptForAll(() -> listening, limits, settings, true, bootstrap -> {
            if (socket.family() == InheritedSocket.Family.INET) {
                transport.tune(bootstrap, DirectMemory.UNSENT);
            }
            return bootstrap.register();
        });
    }

    private Acceptors acceptForAll(
            ChannelFactory<ServerChannel> listening,
            ListenerLimits limits,
            Supplier<ListenerSettings> settings,
            boolean isInherited,
            Function<ServerBootstrap, ChannelFuture> begin)
            throws Exception {
        LimitRefusals refusals = new LimitRefusals();
        AcceptTrouble trouble = new AcceptTrouble();
        AcceptGate gate = new AcceptGate(limits, memory, refusals, trouble, settings);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.get(0).executor(), group)
                .channelFactory(listening)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new ServerChannelRecvByteBufAllocator())
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FrugalReads())
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(gate)
                .childHandler(new FrontendInitializer(
                        settings,
                        executor -> gate(loop(executor), limits, refusals),
                        any -> loop(any).live(),
                        ids));
        ChannelFuture bound = begin.apply(bootstrap).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw asException(bound.cause());
        }
        serveLast(loops.get(0), bound);
        return new Acceptors(List.of(new Acceptors.Acceptor(bound.channel(), gate)), isInherited);
    }

    private static void serveLast(Loop loop, ChannelFuture bound) {
        loop.executor().submit(() -> loop.order().accept(bound.channel())).syncUninterruptibly();
    }

    private static HandshakeGate gate(Loop loop, ListenerLimits limits, LimitRefusals refusals) {
        return new HandshakeGate(limits, loop.executor(), loop.order(), refusals);
    }

    private Loop loop(EventLoop executor) {
        return loops.stream()
                .filter(loop -> loop.executor().equals(executor))
                .findFirst()
                .orElseThrow();
    }

    /** Reports every half second, for each loop, by how many nanoseconds it runs scheduled tasks late. */
    public void watchDelay(LongConsumer delay) {
        loops.forEach(loop -> new LoopDelay(loop.executor(), delay).start());
    }

    /** Completes once every loop has finished its current task: none is still using what was taken out of service. */
    public CompletableFuture<Void> turn() {
        return CompletableFuture.allOf(loops.stream()
                .map(loop -> CompletableFuture.runAsync(() -> {}, loop.executor()))
                .toArray(CompletableFuture<?>[]::new));
    }

    /** Judges connected clients again, where a reload has changed who is let in. */
    public void judgeClientsAgain() {
        loops.forEach(loop -> loop.live().judgeClientsAgain());
    }

    /**
     * Closes connections whose settings a reload has replaced, some time after that reload.
     *
     * @param isReplaced whether settings are no longer in service; called on any thread
     * @param maxAge zero: they go on until they end
     */
    public void retire(Predicate<ListenerSettings> isReplaced, Duration maxAge) {
        loops.forEach(loop -> loop.live().retire(isReplaced, maxAge));
    }

    /** Counts what is open, and keeps at most so many of the chosen ones; completes on one of the loops. */
    public CompletableFuture<ConnectionCensus> tally(Predicate<TalliedConnection> chosen, int most) {
        List<CompletableFuture<ConnectionTally>> tallies =
                loops.stream().map(loop -> loop.live().tally(chosen, most)).toList();
        return CompletableFuture.allOf(tallies.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> new ConnectionCensus(
                        tallies.stream().map(CompletableFuture::join).toList(), most));
    }

    /** Closes every connection. */
    public void closeAll(CloseReason reason) {
        loops.forEach(loop -> loop.live().closeAll(reason));
    }

    /** Completes once no connection is open on any loop. Only after the acceptors closed does that stay so. */
    public CompletableFuture<Void> whenEmpty() {
        return CompletableFuture.allOf(
                loops.stream().map(loop -> loop.live().whenEmpty()).toArray(CompletableFuture<?>[]::new));
    }

    public int size() {
        return loops.size();
    }

    /** Completes when a loop ends that was not stopped: its connections hang from then on, and so do those that come to it. */
    public CompletableFuture<Void> lost() {
        return threads.lost();
    }

    /** Stops the threads; what is still open is cut. */
    public Future<?> stop() {
        threads.stopping();
        return group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private static Exception asException(Throwable cause) {
        return cause instanceof Exception exception ? exception : new IllegalStateException(cause);
    }
}
