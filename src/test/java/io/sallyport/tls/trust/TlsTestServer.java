package io.sallyport.tls.trust;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.tls.path.ClientCertificateException;
import io.sallyport.tls.path.ClientCertificateFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** A BoringSSL server that requires a client certificate, says hello to whoever gets in, and hangs up. */
final class TlsTestServer implements AutoCloseable {
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BlockingQueue<SslHandshakeCompletionEvent> handshakes = new LinkedBlockingQueue<>();
    private final SslContext context;
    private final Channel listener;

    TlsTestServer(IssuedCertificate server, X509ExtendedTrustManager trust) throws IOException {
        context = SslContextBuilder.forServer(server.key(), server.chain().toArray(new X509Certificate[0]))
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(trust)
                .clientAuth(ClientAuth.REQUIRE)
                .protocols("TLSv1.2", "TLSv1.3")
                .build();
        listener = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(context.newHandler(channel.alloc()), new Greeter());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** How the next handshake ended: the refusal, or null when the client was let in. */
    @Nullable
    ClientCertificateFailure nextHandshake() throws InterruptedException {
        SslHandshakeCompletionEvent event = handshakes.poll(60, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("no handshake was finished");
        }
        return event.isSuccess()
                ? null
                : ClientCertificateException.in(event.cause())
                        .orElseThrow(() -> new AssertionError(event.cause()))
                        .failure();
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        ReferenceCountUtil.release(context);
    }

    private final class Greeter extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                handshakes.add(handshake);
                if (handshake.isSuccess()) {
                    context.writeAndFlush(Unpooled.copiedBuffer("hello\n", StandardCharsets.US_ASCII))
                            .addListener(ChannelFutureListener.CLOSE);
                }
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var unused = context.close();
        }
    }
}
