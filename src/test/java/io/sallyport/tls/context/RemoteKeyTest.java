package io.sallyport.tls.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.tls.TlsConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.tls.material.KeyAlgorithm;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.material.OcspResponses;
import io.sallyport.tls.material.RemoteKey;
import io.sallyport.tls.path.TrustAnchors;
import io.sallyport.tls.trust.NoClientCertificates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Handshakes whose signature comes from elsewhere, in its own time. */
final class RemoteKeyTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");

    private final EventLoopGroup servers = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoopGroup clients = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final LiveContexts live = new LiveContexts();
    private final ContextPool pool = new ContextPool();
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    @BeforeAll
    static void nativeLibraryComesFirst() {
        assertThat(OpenSsl.isAvailable()).isTrue();
    }

    @AfterEach
    void stop() {
        pool.release();
        // A loop that ends first may leave a channel without releasing its engine.
        channels.close().awaitUninterruptibly();
        servers.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        clients.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** A signature that is asked for and not made yet. */
    private record Asked(int scheme, ByteBuffer input, CompletableFuture<byte[]> signature) {}

    private static final class SlowKey implements RemoteKey {
        private static final long serialVersionUID = 1L;
        private final transient LinkedBlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
        private final PrivateKey key;

        SlowKey(PrivateKey key) {
            this.key = key;
        }

        @Override
        public CompletableFuture<byte[]> sign(int scheme, byte[] input) {
            Asked each = new Asked(scheme, ByteBuffer.wrap(input), new CompletableFuture<>());
            asked.add(each);
            return each.signature();
        }

        @Override
        public String getAlgorithm() {
            return key.getAlgorithm();
        }

        Asked next() throws InterruptedException {
            return Objects.requireNonNull(asked.poll(60, TimeUnit.SECONDS), "nothing is asked to be signed");
        }

        void signNext() throws Exception {
            Asked each = next();
            each.signature().complete(signature(each));
        }

        private byte[] signature(Asked each) throws GeneralSecurityException {
            Signature signer;
            if (each.scheme() == 0x0804) {
                signer = Signature.getInstance("RSASSA-PSS");
                signer.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            } else {
                signer = Signature.getInstance(each.scheme() == 0x0403 ? "SHA256withECDSA" : "SHA256withRSA");
            }
            signer.initSign(key);
            signer.update(each.input().duplicate());
            return signer.sign();
        }
    }

    @ParameterizedTest
    @CsvSource({"EC_P256, TLSv1.2", "EC_P256, TLSv1.3", "RSA_2048, TLSv1.2", "RSA_2048, TLSv1.3"})
    void whileItIsNotSignedTheLoopServesOthersAndThenTheHandshakeEnds(KeyKind kind, String version) throws Exception {
        IssuedCertificate issued = ROOT.server("a.test").key(kind).issue();
        SlowKey key = new SlowKey(issued.key());
        Channel server = serve(TlsContexts.build(settings(), List.of(material(issued, key)), OcspResponses.none(), pool)
                .first());

        Future<Channel> waiting = handshake(server, version);
        Asked first = key.next();
        // The loop is free for others as often as it is asked.
        for (int i = 0; i < 100; i++) {
            assertThat(servers.submit(() -> true).get(60, TimeUnit.SECONDS)).isTrue();
        }
        Future<Channel> other = handshake(server, version);
        key.signNext();
        assertThat(other.get(60, TimeUnit.SECONDS).isActive()).isTrue();
        assertThat(waiting.isDone()).isFalse();
        first.signature().complete(key.signature(first));
        assertThat(waiting.get(60, TimeUnit.SECONDS).isActive()).isTrue();
    }

    @Test
    void aSignatureThatFailsEndsItsHandshakeAlone() throws Exception {
        IssuedCertificate issued = ROOT.server("a.test").issue();
        SlowKey key = new SlowKey(issued.key());
        Channel server = serve(TlsContexts.build(settings(), List.of(material(issued, key)), OcspResponses.none(), pool)
                .first());

        Future<Channel> failing = handshake(server, "TLSv1.3");
        key.next().signature().completeExceptionally(new IllegalStateException("removed"));
        assertThatThrownBy(() -> failing.get(60, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);

        Future<Channel> next = handshake(server, "TLSv1.3");
        key.signNext();
        assertThat(next.get(60, TimeUnit.SECONDS).isActive()).isTrue();
    }

    /** We are the client, and the server asks for our certificate. */
    @ParameterizedTest
    @CsvSource({"EC_P256, TLSv1.2", "EC_P256, TLSv1.3", "RSA_2048, TLSv1.2", "RSA_2048, TLSv1.3"})
    void aServerIsShownACertificateWhoseKeyIsElsewhere(KeyKind kind, String version) throws Exception {
        IssuedCertificate issued = ROOT.client("proxy").key(kind).issue();
        IssuedCertificate its = ROOT.server("localhost").issue();
        SlowKey key = new SlowKey(issued.key());
        SslContext asking = SslContextBuilder.forServer(its.key(), its.chain().toArray(new X509Certificate[0]))
                .sslProvider(SslProvider.JDK)
                .trustManager(ROOT.certificate())
                .clientAuth(ClientAuth.REQUIRE)
                .protocols(version)
                .build();
        CompletableFuture<SslHandler> accepted = new CompletableFuture<>();
        Channel server = serve(channel -> {
            SslHandler tls = asking.newHandler(channel.alloc());
            accepted.complete(tls);
            return tls;
        });
        BackendTlsContext context = BackendTlsContext.build(
                Objects.requireNonNull(config().backends().get("app")).tls(),
                new TrustAnchors(List.of()),
                Set.of(),
                List.of(material(issued, key)),
                null,
                live,
                pool);

        Future<Channel> ours = connect(server, context.newHandler(server.alloc(), "localhost", 1, null, 0));
        key.signNext();
        assertThat(ours.get(60, TimeUnit.SECONDS).isActive()).isTrue();
        SslHandler theirs = accepted.get(60, TimeUnit.SECONDS);
        theirs.handshakeFuture().get(60, TimeUnit.SECONDS);
        assertThat(theirs.engine().getSession().getPeerCertificates()[0]).isEqualTo(issued.leaf());
    }

    @Test
    void twoForOneNameAreRefused() throws Exception {
        IssuedCertificate ec = ROOT.server("a.test").issue();
        IssuedCertificate rsa = ROOT.server("a.test").key(KeyKind.RSA_2048).issue();

        assertThatThrownBy(() -> TlsContexts.build(
                        settings(),
                        List.of(material(ec, new SlowKey(ec.key())), material(rsa, new SlowKey(rsa.key()))),
                        OcspResponses.none(),
                        pool))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("two keys in tokens for one server name");
    }

    private Channel serve(TlsContext context) {
        return serve(channel -> context.newHandler(channel.alloc()));
    }

    private Channel serve(Function<Channel, SslHandler> handler) {
        return new ServerBootstrap()
                .group(servers)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channels.add(channel);
                        channel.pipeline().addLast(handler.apply(channel));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    private Future<Channel> handshake(Channel server, String version) throws SSLException {
        SslContext context = SslContextBuilder.forClient()
                .trustManager(ROOT.certificate())
                .endpointIdentificationAlgorithm("")
                .protocols(version)
                .build();
        Future<Channel> done = connect(server, context.newHandler(server.alloc()));
        ReferenceCountUtil.release(context);
        return done;
    }

    private Future<Channel> connect(Channel server, SslHandler tls) {
        tls.setHandshakeTimeoutMillis(60_000);
        new Bootstrap()
                .group(clients)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channels.add(channel);
                        channel.pipeline().addLast(tls);
                    }
                })
                .connect(server.localAddress())
                .syncUninterruptibly();
        return tls.handshakeFuture();
    }

    private static KeyMaterial material(IssuedCertificate issued, RemoteKey key) throws Exception {
        X509Certificate leaf = issued.leaf();
        return new KeyMaterial("a.crt", KeyAlgorithm.of(leaf.getPublicKey()), key, issued.chain(), List.of("a.test"));
    }

    private ContextSettings settings() throws Exception {
        TlsConfig tls =
                Objects.requireNonNull(config().listeners().get("https")).tls();
        return new ContextSettings(
                TlsPolicy.of(tls.policy()),
                tls.clientAuth().mode(),
                new NoClientCertificates(),
                "nobody",
                tls.session(),
                SessionIdContext.of("https", tls.clientAuth(), new TrustAnchors(List.of())),
                List.of(),
                null,
                live,
                tls.rsaSigning(),
                new RsaAccelerator());
    }

    private static ProxyConfig config() throws Exception {
        return ConfigLoader.load("""
                sallyport {
                  listeners.https { bind = "127.0.0.1:0", backend = app, tls.certificates = [{ chain = a, key = b }] }
                  backends.app { servers = ["127.0.0.1:1"], tls { enabled = on, verify = insecure-none } }
                }
                """, "x.conf", Path.of("."));
    }
}
