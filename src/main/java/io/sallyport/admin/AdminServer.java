package io.sallyport.admin;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.sallyport.eventloop.LoopThreads;
import io.sallyport.eventloop.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The admin listener or the metrics listener: a socket, a thread, and HTTP on it.
 *
 * <p>{@link #bind} takes the port, {@link #serve} starts to answer; a client that comes between the two waits.
 */
public final class AdminServer implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 64;
    private static final int MAX_STREAMS = 16;
    private static final Duration HISTORY = Duration.ofHours(1);

    private final LoopThreads threads;
    private final EventLoopGroup group;
    private final Channel channel;
    private final OpenConnections connections;
    private final LiveStreams streams;
    private final @Nullable History history;
    private final InetSocketAddress address;

    private AdminServer(
            LoopThreads threads,
            EventLoopGroup group,
            Channel channel,
            OpenConnections connections,
            LiveStreams streams,
            @Nullable History history) {
        this.streams = streams;
        this.threads = threads;
        this.history = history;
        this.connections = connections;
        this.group = group;
        this.channel = channel;
        this.address = (InetSocketAddress) channel.localAddress();
    }

    /**
     * Binds the address and starts the thread.
     *
     * @param address with the name that is configured, if it is one: requests may have it in {@code Host}
     * @throws IOException in the kernel's words, when the address cannot be bound; nothing is left running then
     */
    public static AdminServer bind(InetSocketAddress address, AdminSource source, AdminPaths paths) throws IOException {
        return bind(address, source, paths, AdminTimeouts.DEFAULT);
    }

    static AdminServer bind(InetSocketAddress address, AdminSource source, AdminPaths paths, AdminTimeouts timeouts)
            throws IOException {
        Transport transport = Transport.auto();
        LoopThreads threads = new LoopThreads("sallyport-" + paths.word(), true);
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, threads, transport.handlers());
        OpenConnections connections = new OpenConnections(MAX_CONNECTIONS);
        History history = paths == AdminPaths.ADMIN ? new History(source, timeouts.history(), HISTORY) : null;
        Endpoints endpoints = new Endpoints(source, new RequestGuard(address), history);
        LiveStreams streams = new LiveStreams(source, timeouts.sample(), MAX_STREAMS);
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channelFactory(() -> transport.serverSocket(address.getAddress()))
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ConnectionInitializer(endpoints, timeouts, connections, streams))
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            stop(group);
            throw new IOException(bound.cause().getMessage(), bound.cause());
        }
        bound.channel().pipeline().addLast(new AcceptFailures());
        // An event loop that is shut down without a quiet period may end with sockets still open.
        bound.channel().closeFuture().addListener(closed -> connections.closeAll());
        return new AdminServer(threads, group, bound.channel(), connections, streams, history);
    }

    /** Starts to answer. */
    public void serve() {
        if (history != null) {
            history.start(channel.eventLoop());
        }
        channel.config().setAutoRead(true);
    }

    /** Where it is bound. */
    public InetSocketAddress address() {
        return address;
    }

    /** How many clients follow the live page. */
    public int followers() {
        return streams.followers();
    }

    /**
     * Ends connections that wait and streams; from any thread. Through a listener in front they count as its own, and a drain
     * would wait for a scraper that keeps its connection, and for whoever looks at the page.
     */
    public void closeIdle() {
        channel.eventLoop().execute(connections::closeIdle);
    }

    /** Completes when the thread ends though it was not stopped: whoever asks gets no answer from then on. */
    public CompletableFuture<Void> lost() {
        return threads.lost();
    }

    /** Closes every socket and ends the thread; returns when that is done. Not to be called on the admin thread. */
    @Override
    public void close() {
        threads.stopping();
        channel.close().awaitUninterruptibly();
        stop(group);
    }

    private static void stop(EventLoopGroup group) {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
