import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * Connections to the proxy, each a handshake, a request and its answer. A quarter each of full and resumed ones of both
 * versions.
 *
 * <p>On Netty and BoringSSL, which the jar has: as a client, the JDK's own TLS takes more of the machine that builds than the
 * proxy does. Each kind has a context of its own, or one would overwrite the session that the other resumes.
 */
final class Traffic implements AutoCloseable {
    private static final int LANES = 4;
    private static final int LONGEST_SECONDS = 120;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final List<SslContext> kinds = new ArrayList<>();
    private final int port;

    Traffic(int port) throws SSLException {
        this.port = port;
        for (String version : List.of("TLSv1.3", "TLSv1.2")) {
            for (boolean isResumed : List.of(false, true)) {
                SslContext kind = SslContextBuilder.forClient()
                        .sslProvider(SslProvider.OPENSSL)
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .protocols(version)
                        .build();
                ((OpenSslSessionContext) kind.sessionContext()).setSessionCacheEnabled(isResumed);
                kinds.add(kind);
            }
        }
    }

    /** Returns once so many are over, or throws what the first that failed has met. */
    void make(int count) throws Exception {
        List<Promise<Void>> lanes = new ArrayList<>();
        for (SslContext kind : kinds) {
            for (int i = 0; i < LANES; i++) {
                Promise<Void> over = loops.next().newPromise();
                lanes.add(over);
                new Lane(kind, over, Math.max(1, count / kinds.size() / LANES)).next();
            }
        }
        for (Promise<Void> lane : lanes) {
            if (!lane.await(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("no answer");
            }
            lane.sync();
        }
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** One connection after the other. */
    private final class Lane {
        private final SslContext kind;
        private final Promise<Void> over;
        private int left;

        Lane(SslContext kind, Promise<Void> over, int left) {
            this.kind = kind;
            this.over = over;
            this.left = left;
        }

        void next() {
            if (left-- == 0) {
                over.setSuccess(null);
                return;
            }
            new Bootstrap()
                    .group(loops)
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline()
                                    .addLast(kind.newHandler(channel.alloc(), "localhost", port), new Exchange());
                        }
                    })
                    .connect(InetAddress.getLoopbackAddress(), port)
                    .addListener(connected -> {
                        if (!connected.isSuccess()) {
                            over.tryFailure(connected.cause());
                        }
                    });
        }

        private final class Exchange extends SimpleChannelInboundHandler<ByteBuf> {
            private final StringBuilder answer = new StringBuilder();

            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
                    ctx.writeAndFlush(Unpooled.copiedBuffer("GET / HTTP/1.0\r\n\r\n", StandardCharsets.US_ASCII));
                }
            }

            @Override
            protected void channelRead0(ChannelHandlerContext ctx, ByteBuf data) {
                answer.append(data.toString(StandardCharsets.US_ASCII));
            }

            @Override
            public void channelInactive(ChannelHandlerContext ctx) {
                if (answer.toString().endsWith("hello")) {
                    next();
                } else {
                    over.tryFailure(new IOException("no answer"));
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                over.tryFailure(cause);
                ctx.close();
            }
        }
    }
}
