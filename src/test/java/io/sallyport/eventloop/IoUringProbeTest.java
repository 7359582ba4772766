package io.sallyport.eventloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Why there is no {@code transport = io_uring}. When one of these fails, Netty has changed, and it is time to look again. */
class IoUringProbeTest {
    private static final int SENT = 100_000;

    private final AtomicInteger received = new AtomicInteger();
    private final CompletableFuture<Channel> accepted = new CompletableFuture<>();
    private EventLoopGroup loop;

    @BeforeEach
    void isThere() {
        assumeTrue(IoUring.isAvailable(), () -> String.valueOf(IoUring.unavailabilityCause()));
        loop = new MultiThreadIoEventLoopGroup(1, IoUringIoHandler.newFactory());
    }

    @AfterEach
    void stop() {
        if (loop != null) {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    /** So the memory of a connection has no bound but the kernel's. */
    @Test
    void readsUnaskedWhatComesBeforeAFin() throws Exception {
        Channel listening =
                listen(IoUringServerSocketChannel::new, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        try (Socket client = new Socket()) {
            client.connect(listening.localAddress());
            client.getOutputStream().write(new byte[SENT]);
            assertThat(accepted.get(60, TimeUnit.SECONDS).config().isAutoRead()).isFalse();
            assertThat(received).hasValue(0);

            client.shutdownOutput();

            await().atMost(60, TimeUnit.SECONDS).until(() -> received.get() == SENT);
        }
    }

    /** So whoever sends its request, ends it and waits for the answer gets none. */
    @Test
    void aFinOnAUnixSocketEndsBothDirections(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("socket");
        listen(IoUringServerDomainSocketChannel::new, new DomainSocketAddress(path.toString()));
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            Channel channel = accepted.get(60, TimeUnit.SECONDS);
            assertThat(channel.config().getOption(ChannelOption.ALLOW_HALF_CLOSURE))
                    .isTrue();

            client.shutdownOutput();

            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            await().atMost(60, TimeUnit.SECONDS).until(() -> !channel.isOpen());
        }
    }

    private Channel listen(Supplier<ServerChannel> socket, SocketAddress address) {
        return new ServerBootstrap()
                .group(loop)
                .channelFactory(socket::get)
                .option(ChannelOption.SO_RCVBUF, 2 * SENT)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(10_000))
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        accepted.complete(ctx.channel());
                    }

                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ByteBuf data = (ByteBuf) message;
                        received.addAndGet(data.readableBytes());
                        data.release();
                    }
                })
                .bind(address)
                .syncUninterruptibly()
                .channel();
    }
}
