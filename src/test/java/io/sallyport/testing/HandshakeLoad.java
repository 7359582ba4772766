package io.sallyport.testing;

import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;

/** Full handshakes one after the other on several connections at once, until it is closed; BoringSSL is the client. */
public final class HandshakeLoad implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final SslContext context;
    private final Bootstrap bootstrap;
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger running;
    private final Map<String, Integer> served = new ConcurrentHashMap<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean stopping;

    private HandshakeLoad(InetSocketAddress address, int atOnce, X509Certificate... trusted) {
        try {
            context = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.OPENSSL_REFCNT)
                    .trustManager(trusted)
                    .endpointIdentificationAlgorithm("")
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
        running = new AtomicInteger(atOnce);
        bootstrap = new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .remoteAddress(address)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SslHandler tls = context.newHandler(channel.alloc());
                        tls.setHandshakeTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
                        channel.pipeline().addLast(tls, new Recorder(tls));
                    }
                });
        for (int i = 0; i < atOnce; i++) {
            next();
        }
    }

    /** Begins; a client takes a chain that leads to one of {@code trusted}, and a key that belongs to its leaf. */
    public static HandshakeLoad on(InetSocketAddress address, int atOnce, X509Certificate... trusted) {
        return new HandshakeLoad(address, atOnce, trusted);
    }

    /** Handshakes so far that went well. */
    public int done() {
        return done.get();
    }

    /** How many of them by the subject of the server's certificate. */
    public Map<String, Integer> served() {
        return Map.copyOf(served);
    }

    public Queue<Throwable> failures() {
        return failures;
    }

    /** Lets the handshakes under way finish, and begins no other. */
    public void stop() {
        stopping = true;
        await("the end of the load").atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(() -> running.get() == 0);
    }

    @Override
    public void close() {
        stopping = true;
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        ReferenceCountUtil.release(context);
    }

    private void next() {
        if (stopping) {
            running.decrementAndGet();
            return;
        }
        bootstrap.connect().addListener(connected -> {
            if (!connected.isSuccess()) {
                failures.add(connected.cause());
                running.decrementAndGet();
            }
        });
    }

    private final class Recorder extends ChannelInboundHandlerAdapter {
        private final SslHandler tls;

        Recorder(SslHandler tls) {
            this.tls = tls;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
            if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
                return;
            }
            if (handshake.isSuccess()) {
                X509Certificate leaf =
                        (X509Certificate) tls.engine().getSession().getPeerCertificates()[0];
                served.merge(leaf.getSubjectX500Principal().getName(), 1, Integer::sum);
                done.incrementAndGet();
            } else {
                failures.add(handshake.cause());
            }
            ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            next();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            failures.add(cause);
            ctx.close();
        }
    }
}
