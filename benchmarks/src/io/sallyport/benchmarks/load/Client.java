package io.sallyport.benchmarks.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * Makes connections to one listener of a proxy.
 *
 * <p>On BoringSSL, as the cheapest client at hand that knows X25519MLKEM768. It does not verify the proxy's certificate
 * chain (the signature of the handshake it does): what the client spends is not what is measured.
 */
final class Client implements AutoCloseable {
    private static final String SERVER_NAME = "localhost";

    private final InetSocketAddress address;
    private final EventLoopGroup loop;
    private final SslContext context;

    private Client(InetSocketAddress address, EventLoopGroup loop, SslContext context) {
        this.address = address;
        this.loop = loop;
        this.context = context;
    }

    /**
     * What the words of a command say: {@code port}, {@code plain}, {@code version}, {@code group}, {@code suite},
     * {@code resume}, {@code cert} and {@code key}.
     */
    static Client of(Command command, EventLoopGroup loop) throws SSLException {
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), command.number("port", 0));
        return new Client(address, loop, command.flag("plain") ? null : context(command));
    }

    void connect(Supplier<ClientConnection> handlers) {
        ClientConnection handler = handlers.get();
        new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .disableResolver()
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (context != null) {
                            SslHandler tls = context.newHandler(channel.alloc(), SERVER_NAME, address.getPort());
                            tls.setCloseNotifyFlushTimeoutMillis(0);
                            channel.pipeline().addLast(tls);
                            handler.tls(tls);
                        }
                        channel.pipeline().addLast(handler);
                    }
                })
                .connect(address)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        handler.notConnected(connected.cause());
                    }
                });
    }

    @Override
    public void close() {
        ReferenceCountUtil.release(context);
    }

    private static SslContext context(Command command) throws SSLException {
        String version = command.text("version", "TLSv1.3");
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm("")
                .protocols(version)
                .option(OpenSslContextOption.GROUPS, groups(version, command.text("group", "X25519")));
        if (version.equals("TLSv1.2")) {
            builder.ciphers(List.of(command.text("suite", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")));
        }
        String certificate = command.text("cert", "");
        if (!certificate.isEmpty()) {
            builder.keyManager(new File(certificate), new File(command.text("key", "")));
        }
        SslContext context = builder.build();
        ((OpenSslSessionContext) context.sessionContext())
                .setSessionCacheEnabled(command.flag("resume"));
        return context;
    }

    /** In TLS 1.2 the groups are also the curves that an ECDSA certificate may have. */
    private static String[] groups(String version, String group) {
        return version.equals("TLSv1.2") ? new String[] {group, "P-256"} : new String[] {group};
    }
}
