package io.sallyport.eventloop.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HalfCloseIoHandlerTest {
    private static final int SENT = 100_000;
    private static final int READ = 10_000;

    @Test
    void whatComesBeforeAFinIsReadAsItIsAskedFor() throws Exception {
        AtomicInteger received = new AtomicInteger();
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Channel> accepted = new CompletableFuture<>();
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, HalfCloseIoHandler.newFactory());
        try {
            Channel listening = new ServerBootstrap()
                    .group(loop)
                    .channel(EpollServerSocketChannel.class)
                    .option(ChannelOption.SO_RCVBUF, 2 * SENT)
                    .childOption(ChannelOption.AUTO_READ, false)
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ))
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

                        @Override
                        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                            ended.compareAndSet(false, event == ChannelInputShutdownEvent.INSTANCE);
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .syncUninterruptibly()
                    .channel();
            try (Socket client = new Socket()) {
                client.connect(listening.localAddress());
                client.getOutputStream().write(new byte[SENT]);
                client.shutdownOutput();
                Channel channel = accepted.get(60, TimeUnit.SECONDS);

                for (int i = 1; i <= SENT / READ; i++) {
                    int most = i * READ;
                    channel.read();
                    await().atMost(60, TimeUnit.SECONDS).until(() -> received.get() == most);
                    // A turn of the loop in which nothing was asked for.
                    loop.submit(() -> {}).syncUninterruptibly();
                    assertThat(received).hasValue(most);
                    assertThat(ended).isFalse();
                }
                channel.read();
                await().atMost(60, TimeUnit.SECONDS).untilTrue(ended);
                assertThat(received).hasValue(SENT);
                assertThat(((InetSocketAddress) channel.remoteAddress()).getPort())
                        .isEqualTo(client.getLocalPort());
            }
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    @Test
    void resetIsToldAndWhatCameBeforeItIsLeftToBeRead() throws Exception {
        AtomicInteger received = new AtomicInteger();
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Channel> accepted = new CompletableFuture<>();
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, HalfCloseIoHandler.newFactory());
        try {
            Channel listening = new ServerBootstrap()
                    .group(loop)
                    .channel(EpollServerSocketChannel.class)
                    .childOption(ChannelOption.AUTO_READ, false)
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ))
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

                        @Override
                        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                            ended.compareAndSet(false, event == ChannelInputShutdownEvent.INSTANCE);
                        }

                        @Override
                        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                            failed.complete(cause);
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .syncUninterruptibly()
                    .channel();
            Socket client = new Socket();
            client.connect(listening.localAddress());
            Channel channel = accepted.get(60, TimeUnit.SECONDS);
            client.getOutputStream().write(new byte[2 * READ]);
            client.setSoLinger(true, 0);
            client.close();

            assertThat(failed.get(60, TimeUnit.SECONDS)).isInstanceOf(ConnectionFailedException.class);
            assertThat(received).hasValue(0);
            for (int i = 1; i <= 2; i++) {
                int most = i * READ;
                channel.read();
                await().atMost(60, TimeUnit.SECONDS).until(() -> received.get() == most);
                assertThat(ended).isFalse();
            }
            channel.read();
            await().atMost(60, TimeUnit.SECONDS).untilTrue(ended);
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }
}
