package io.sallyport.testing;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSession;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** A client on BoringSSL, as browsers are: it knows the groups that openssl 3.0 does not. */
public final class BoringSslClient {
    private static final long TIMEOUT_SECONDS = 60;

    private BoringSslClient() {}

    /**
     * What came of a request.
     *
     * @param group as BoringSSL names it
     */
    public record Answer(String version, String cipher, String group, String text) {
        public boolean isAnswered() {
            return text.contains(Http.GREETING);
        }
    }

    /** Connects, makes one HTTP request, and waits for the end. */
    public static Answer request(RunningProxy proxy, String version, String... groups) {
        // Without a dot it is no name for the server_name extension.
        return requestFor("none", proxy, version, groups);
    }

    /** The same, with a server name of two labels or more. */
    public static Answer requestFor(String serverName, RunningProxy proxy, String version, String... groups) {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        SslContext context = context(proxy, version, groups);
        try {
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            new Bootstrap()
                    .group(loop)
                    .channel(EpollSocketChannel.class)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            SslHandler tls = context.newHandler(channel.alloc(), serverName, 0);
                            channel.pipeline().addLast(tls, new Requester(tls, answer));
                        }
                    })
                    .connect(proxy.address())
                    .syncUninterruptibly();
            return answer.orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
            ReferenceCountUtil.release(context);
        }
    }

    private static SslContext context(RunningProxy proxy, String version, String... groups) {
        try {
            return SslContextBuilder.forClient()
                    .sslProvider(SslProvider.OPENSSL_REFCNT)
                    .trustManager(proxy.authority().certificate())
                    .protocols(version)
                    .option(OpenSslContextOption.GROUPS, groups)
                    .endpointIdentificationAlgorithm("")
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Requester extends SimpleChannelInboundHandler<ByteBuf> {
        private final SslHandler tls;
        private final CompletableFuture<Answer> answer;
        private final StringBuilder text = new StringBuilder();
        private String version = "";
        private String cipher = "";
        private String group = "";

        Requester(SslHandler tls, CompletableFuture<Answer> answer) {
            this.tls = tls;
            this.answer = answer;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            tls.handshakeFuture().addListener(done -> {
                if (!done.isSuccess()) {
                    answer.completeExceptionally(done.cause());
                    return;
                }
                OpenSslSession session = (OpenSslSession) tls.engine().getSession();
                version = session.getProtocol();
                cipher = session.getCipherSuite();
                group = String.valueOf(session.getNamedGroup());
                ctx.writeAndFlush(ByteBufUtil.writeUtf8(ctx.alloc(), Http.REQUEST));
            });
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf data) {
            text.append(data.toString(StandardCharsets.ISO_8859_1));
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            answer.complete(new Answer(version, cipher, group, text.toString()));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            answer.completeExceptionally(cause);
            ctx.close();
        }
    }
}
