package io.sallyport.handshake;

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
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Clients in this process that fail in ways in which no program fails. */
final class HandshakeFailures {
    private static final long TIMEOUT_SECONDS = 60;

    private HandshakeFailures() {}

    /** What a client does with its open connection. */
    @FunctionalInterface
    interface Then {
        void with(TlsClient client) throws Exception;
    }

    /** A handshake by the JDK, which trusts only {@code trusted}. */
    static void ofJdk(RunningProxy proxy, CertificateAuthority trusted) throws IOException {
        try (Socket tcp =
                        new Socket(proxy.address().getAddress(), proxy.address().getPort());
                SSLSocket socket = (SSLSocket)
                        TlsClient.context(trusted).getSocketFactory().createSocket(tcp, "localhost", 443, true)) {
            tcp.setSoTimeout((int) TimeUnit.SECONDS.toMillis(TIMEOUT_SECONDS));
            socket.startHandshake();
            throw new AssertionError("the handshake succeeded");
        } catch (SSLException e) {
            // As it should.
        }
    }

    /** A handshake by BoringSSL, which trusts only {@code trusted}. */
    static void ofBoringSsl(RunningProxy proxy, CertificateAuthority trusted) throws Exception {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        SslContext context = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(trusted.certificate())
                .endpointIdentificationAlgorithm("")
                .build();
        try {
            Channel channel = new Bootstrap()
                    .group(loop)
                    .channel(EpollSocketChannel.class)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel opened) {
                            opened.pipeline()
                                    .addLast(context.newHandler(opened.alloc(), "localhost", 443), new Failing());
                        }
                    })
                    .connect(proxy.address())
                    .syncUninterruptibly()
                    .channel();
            SslHandler tls = channel.pipeline().get(SslHandler.class);
            if (!tls.handshakeFuture().await(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    || tls.handshakeFuture().isSuccess()) {
                throw new AssertionError("the handshake did not fail");
            }
            channel.closeFuture().await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
            ReferenceCountUtil.release(context);
        }
    }

    /** A handshake with the certificate of {@code shown}, signed by the key of {@code other}. */
    static void withForeignKey(RunningProxy proxy, String version, IssuedCertificate shown, IssuedCertificate other)
            throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("root", proxy.authority().certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                new KeyManager[] {new Mismatch(other.key(), shown.chain().toArray(new X509Certificate[0]))},
                trust.getTrustManagers(),
                null);
        try (TlsClient client = TlsClient.open(proxy.address(), context, version)) {
            try {
                client.handshake();
            } catch (UncheckedIOException e) {
                // In TLS 1.2 the server has the last word, and it is the alert.
            }
            client.end();
        }
    }

    /** The handshake's future tells of the failure; unhandled, it would be logged as an error as well. */
    private static final class Failing extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    private static final class Mismatch extends X509ExtendedKeyManager {
        private static final String ALIAS = "alias";

        private final PrivateKey key;
        private final X509Certificate[] chain;

        Mismatch(PrivateKey key, X509Certificate[] chain) {
            this.key = key;
            this.chain = chain;
        }

        @Override
        public String chooseEngineClientAlias(String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return ALIAS;
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.clone();
        }

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }
    }
}
