package io.sallyport.quickstart;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sallyport.eventloop.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** A small HTTP/1.1 service on a free loopback port, which tells what it was asked for. */
public final class HelloBackend implements AutoCloseable {
    private static final int MAX_REQUEST_BYTES = 64 * 1024;

    private final EventLoopGroup group;
    private final ChannelGroup open;
    private final InetSocketAddress address;

    private HelloBackend(EventLoopGroup group, ChannelGroup open, InetSocketAddress address) {
        this.group = group;
        this.open = open;
        this.address = address;
    }

    /**
     * Starts one.
     *
     * @throws IOException when there is no free port
     */
    public static HelloBackend start() throws IOException {
        Transport transport = Transport.auto();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("hello-backend", true), transport.handlers());
        InetAddress loopback = InetAddress.getLoopbackAddress();
        ChannelGroup open = new DefaultChannelGroup(group.next(), true);
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channelFactory(() -> transport.serverSocket(loopback))
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel accepted) {
                        open.add(accepted);
                        accepted.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpServerKeepAliveHandler())
                                .addLast(new HttpObjectAggregator(MAX_REQUEST_BYTES))
                                .addLast(new HelloHandler());
                    }
                })
                .bind(new InetSocketAddress(loopback, 0))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            stop(group);
            throw new IOException(
                    "the built-in backend cannot listen: " + bound.cause().getMessage(), bound.cause());
        }
        open.add(bound.channel());
        return new HelloBackend(group, open, (InetSocketAddress) bound.channel().localAddress());
    }

    public InetSocketAddress address() {
        return address;
    }

    /** Closes its socket and every connection; returns when that is done. */
    @Override
    public void close() {
        open.close().awaitUninterruptibly();
        stop(group);
    }

    private static void stop(EventLoopGroup group) {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
