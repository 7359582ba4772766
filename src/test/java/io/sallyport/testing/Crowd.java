package io.sallyport.testing;

import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;

/**
 * Hundreds of clients, and the backend that they are up against, on one event loop.
 *
 * <p>The kernel's buffers are kept small: they are memory too, and what is to be seen is the proxy's.
 */
public final class Crowd implements AutoCloseable {
    private static final int SOCKET_BUFFER = 16 * 1024;
    private static final int BATCH = 20;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final List<Channel> clients = new CopyOnWriteArrayList<>();
    private final AtomicInteger greeted = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicLong taken = new AtomicLong();
    private final ByteBuf zeros = Unpooled.buffer(SOCKET_BUFFER).writeZero(SOCKET_BUFFER);
    private final List<SslContext> contexts = new CopyOnWriteArrayList<>();
    private final ChannelGroup served = new DefaultChannelGroup(loop.next());
    private final Channel backend;
    private boolean closed;

    /** What the backend does with a connection. */
    public enum Backend {
        /** Sends as fast as it can, and reads nothing. */
        SENDS,
        /** Sends back what it gets. */
        ECHOES,
        /** Reads nothing and says nothing. */
        FROZEN
    }

    public Crowd(Backend kind) {
        backend = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .childOption(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
                .childOption(ChannelOption.AUTO_READ, kind == Backend.ECHOES)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        served.add(channel);
                        channel.pipeline().addLast(kind == Backend.SENDS ? new Fountain() : new Echo());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    public InetSocketAddress backend() {
        return (InetSocketAddress) backend.localAddress();
    }

    /** Connects as many clients that read nothing once they have shaken hands; waits until each is in or refused. */
    public void join(ProxyUnderTest proxy, int count) {
        SslContext context = context(proxy);
        contexts.add(context);
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
                .option(ChannelOption.SO_LINGER, 0)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SslHandler tls = context.newHandler(channel.alloc());
                        tls.setHandshakeTimeout(2, TimeUnit.MINUTES);
                        // Each write is a record.
                        tls.setWrapDataSize(0);
                        channel.pipeline().addLast(tls, new Silent());
                    }
                });
        int before = greeted.get() + failed.get();
        for (int i = 0; i < count; i++) {
            clients.add(bootstrap.connect(proxy.address()).channel());
        }
        await("as many handshakes")
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> greeted.get() + failed.get() >= before + count);
    }

    /** Has each client send records of so many bytes, for as long as the proxy takes them. */
    public void send(int record) {
        clients.forEach(client -> client.eventLoop().execute(() -> send(client, record)));
    }

    private void send(Channel client, int record) {
        for (int i = 1; i < BATCH; i++) {
            client.write(zeros.retainedSlice(0, record));
        }
        client.writeAndFlush(zeros.retainedSlice(0, record)).addListener(written -> {
            if (written.isSuccess()) {
                send(client, record);
            }
        });
    }

    /** Opens as many connections that send the start of something, byte by byte, and wait. */
    public void dribble(ProxyUnderTest proxy, int count, byte[] start) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        // Says only what dribble() makes it say.
                    }
                });
        for (int i = 0; i < count; i++) {
            clients.add(bootstrap.connect(proxy.address()).syncUninterruptibly().channel());
        }
        for (byte next : start) {
            clients.forEach(client -> client.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {next})));
        }
    }

    /** Clients whose handshake was done. */
    public int greeted() {
        return greeted.get();
    }

    /** Clients that were refused, or lost before their handshake was done. */
    public int failed() {
        return failed.get();
    }

    /** Clients that are connected still. */
    public long connected() {
        return clients.stream().filter(Channel::isActive).count();
    }

    /** Bytes that the clients have read. */
    public long taken() {
        return taken.get();
    }

    /** Has every client read what there is, or stop again. */
    public void read(boolean reads) {
        clients.forEach(client -> client.config().setAutoRead(reads));
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        backend.close().syncUninterruptibly();
        for (Channel client : clients) {
            // Below TLS: what waits for a peer that does not take it would keep a close_notify waiting.
            client.eventLoop()
                    .submit(() -> client.unsafe().close(client.voidPromise()))
                    .syncUninterruptibly();
        }
        served.close().awaitUninterruptibly();
        // A channel lets go of what it had to send behind the end of its close.
        loop.submit(() -> {}).syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        contexts.forEach(ReferenceCountUtil::release);
        zeros.release();
    }

    private static SslContext context(ProxyUnderTest proxy) {
        try {
            return SslContextBuilder.forClient()
                    .sslProvider(SslProvider.OPENSSL_REFCNT)
                    .trustManager(proxy.authority().certificate())
                    .endpointIdentificationAlgorithm("")
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Silent extends ChannelInboundHandlerAdapter {
        private boolean counted;

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                count(handshake.isSuccess() ? greeted : failed);
                ctx.channel().config().setAutoRead(false);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf data = (ByteBuf) message;
            taken.addAndGet(data.readableBytes());
            data.release();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            count(failed);
        }

        @Override
        public void channelUnregistered(ChannelHandlerContext ctx) {
            count(failed);
        }

        @Override
        @SuppressWarnings("deprecation") // Netty's signature.
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }

        private void count(AtomicInteger counter) {
            if (!counted) {
                counted = true;
                counter.incrementAndGet();
            }
        }
    }

    private final class Fountain extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            pour(ctx);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            // Not from within the write that made room.
            ctx.executor().execute(() -> pour(ctx));
        }

        private void pour(ChannelHandlerContext ctx) {
            while (ctx.channel().isWritable()) {
                ctx.write(zeros.retainedDuplicate());
            }
            ctx.flush();
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush(message);
        }
    }
}
