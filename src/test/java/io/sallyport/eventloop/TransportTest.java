package io.sallyport.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TransportTest {
    private static final int UNSENT = 100_000;

    /** From sys/socket.h. */
    private static final ChannelOption<Integer> SO_DOMAIN = new IntegerUnixChannelOption("SO_DOMAIN", 1, 39);

    private final CountDownLatch read = new CountDownLatch(1);
    private final CompletableFuture<SocketChannel> accepted = new CompletableFuture<>();
    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    private final Map<Transport, EventLoopGroup> loops = new EnumMap<>(Transport.class);

    @AfterEach
    void stop() {
        loops.values()
                .forEach(loop -> loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly());
    }

    @ParameterizedTest
    @MethodSource("io.sallyport.eventloop.Transport#available")
    void whatIsAcceptedIsKeptAliveAndHoldsLittleUnsent(Transport transport) throws Exception {
        Channel listening = listen(transport, "127.0.0.1");
        try (Socket client = connect(listening)) {
            SocketChannel channel = accepted();

            assertThat(client.isConnected()).isTrue();
            assertTuned(transport, channel);
        }
    }

    @ParameterizedTest
    @MethodSource("io.sallyport.eventloop.Transport#available")
    void whatConnectsIsTheSame(Transport transport) throws Exception {
        Channel listening = listen(transport, "127.0.0.1");
        InetSocketAddress address = (InetSocketAddress) listening.localAddress();
        SocketChannel channel = transport.socketTo(address.getAddress());
        transport.tune(channel, UNSENT);
        loop(transport).register(channel).sync();
        channel.connect(address).sync();

        assertTuned(transport, channel);
        channel.close().sync();
    }

    /** By itself it does after 15 minutes, and a longer time of ours would take the place of that. */
    @ParameterizedTest
    @CsvSource({"PT0S, 0", "PT0.5S, 500", "PT14M, 840000", "PT1H, 0", "P24D, 0"})
    void kernelGivesUpAVanishedPeerNoLaterThanByItself(Duration patience, int millis) throws Exception {
        Channel listening = listen(Transport.EPOLL, "127.0.0.1");
        try (Socket client = connect(listening)) {
            SocketChannel channel = accepted();
            Transport.EPOLL.giveUpAfter(channel, patience);

            assertThat(client.isConnected()).isTrue();
            assertThat(channel.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT))
                    .isEqualTo(millis);
        }
    }

    @ParameterizedTest
    @MethodSource("io.sallyport.eventloop.Transport#available")
    void finLeavesAndTheOtherDirectionGoesOn(Transport transport) throws Exception {
        Channel listening = listen(transport, "127.0.0.1");
        try (Socket client = connect(listening)) {
            SocketChannel channel = accepted();
            channel.eventLoop().submit(() -> transport.shutdownOutput(channel)).sync();

            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(channel.isOutputShutdown()).isTrue();
            client.getOutputStream().write(1);
            assertThat(read.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("io.sallyport.eventloop.Transport#available")
    void resetIsToldAlthoughTheFinCameTooLate(Transport transport) throws Exception {
        Channel listening = listen(transport, "127.0.0.1");
        Socket client = connect(listening);
        SocketChannel channel = accepted();
        channel.eventLoop()
                .submit(() -> {
                    client.setSoLinger(true, 0);
                    client.close();
                    transport.shutdownOutput(channel);
                    return null;
                })
                .sync();

        assertThat(failure.get(60, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
    }

    /** Of IPv6 it would serve IPv4 as well, and cost the kernel more. */
    @ParameterizedTest
    @CsvSource({"127.0.0.1, 2", "::1, 10"})
    void epollSocketIsOfTheFamilyOfItsAddress(String address, int family) throws Exception {
        Channel listening = listen(Transport.EPOLL, address);
        InetSocketAddress bound = (InetSocketAddress) listening.localAddress();
        SocketChannel channel = Transport.EPOLL.socketTo(bound.getAddress());
        loop(Transport.EPOLL).register(channel).sync();
        channel.connect(bound).sync();

        assertThat(channel.config().getOption(SO_DOMAIN)).isEqualTo(family);
        assertThat(listening.config().getOption(SO_DOMAIN)).isEqualTo(family);
        assertThat(channel.remoteAddress()).isEqualTo(bound);
        channel.close().sync();
    }

    private static void assertTuned(Transport transport, SocketChannel channel) {
        assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
        if (transport == Transport.EPOLL) {
            assertThat(channel.config().getOption(EpollChannelOption.TCP_NOTSENT_LOWAT))
                    .isEqualTo((long) UNSENT);
        }
    }

    private Channel listen(Transport transport, String address) throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getByName(address), 0);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop(transport))
                .channelFactory(() -> transport.serverSocket(any.getAddress()))
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        accepted.complete((SocketChannel) ctx.channel());
                    }

                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ReferenceCountUtil.release(message);
                        read.countDown();
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        failure.complete(cause);
                        ctx.close();
                    }
                });
        transport.tune(bootstrap, UNSENT);
        return bootstrap.bind(any).sync().channel();
    }

    private EventLoopGroup loop(Transport transport) {
        return loops.computeIfAbsent(transport, own -> new MultiThreadIoEventLoopGroup(1, own.handlers()));
    }

    private static Socket connect(Channel listening) throws Exception {
        InetSocketAddress address = (InetSocketAddress) listening.localAddress();
        return new Socket(address.getAddress(), address.getPort());
    }

    private SocketChannel accepted() throws Exception {
        return accepted.get(60, TimeUnit.SECONDS);
    }
}
