package io.sallyport.tls.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.EachTlsVersion;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.TlsClient;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

class RecordReadsTest {
    private static final int READ = 64 * 1024;
    private static final int RECORDS = 10_000;

    /** A buffer that was passed on. */
    private record Passed(int bytes, int capacity) {}

    @EachTlsVersion
    void recordsOfOneByteHoldNoMoreMemoryThanTheyCountFor(String version) throws Exception {
        CertificateAuthority authority = CertificateAuthority.create("Root");
        IssuedCertificate server = authority.server("localhost").issue();
        SslContext context = SslContextBuilder.forServer(
                        server.key(), server.chain().toArray(new X509Certificate[0]))
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .protocols("TLSv1.2", "TLSv1.3")
                .build();
        List<Passed> passed = new CopyOnWriteArrayList<>();
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            Channel listening = new ServerBootstrap()
                    .group(loop)
                    .channel(NioServerSocketChannel.class)
                    .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ))
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            SslHandler tls = context.newHandler(channel.alloc());
                            channel.pipeline().addLast("tls", tls).addLast(new Recorder(tls, passed));
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .syncUninterruptibly()
                    .channel();
            try (TlsClient client = TlsClient.open((InetSocketAddress) listening.localAddress(), authority, version)) {
                client.handshake();
                client.send("x");
                await().atMost(60, TimeUnit.SECONDS).until(() -> !passed.isEmpty());
                ByteArrayOutputStream records = new ByteArrayOutputStream();
                for (int i = 0; i < RECORDS; i++) {
                    records.write(client.seal(new byte[] {'x'}));
                }
                client.sendRaw(records.toByteArray());
                await().atMost(60, TimeUnit.SECONDS)
                        .until(() -> passed.stream().mapToInt(Passed::bytes).sum() == RECORDS + 1);

                assertThat(passed)
                        .allSatisfy(each -> assertThat(each.capacity()).isLessThanOrEqualTo(each.bytes() * 2 + 1024));
            }
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
            ReferenceCountUtil.release(context);
        }
    }

    /** Puts the record path into its place after the first read. */
    private static final class Recorder extends ChannelInboundHandlerAdapter {
        private final SslHandler tls;
        private final List<Passed> passed;
        private boolean replaced;

        Recorder(SslHandler tls, List<Passed> passed) {
            this.tls = tls;
            this.passed = passed;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf data = (ByteBuf) message;
            passed.add(replaced ? new Passed(data.readableBytes(), data.capacity()) : new Passed(1, 1));
            data.release();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            if (!replaced && !passed.isEmpty()) {
                replaced = RecordHandler.replace(ctx.pipeline().context(tls), "tls", tls) != null;
            }
        }
    }
}
