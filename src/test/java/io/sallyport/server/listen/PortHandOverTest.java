package io.sallyport.server.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which sockets of a port the kernel gives clients to, while some of them are about to close. */
class PortHandOverTest {
    private static final int CLIENTS = 60;
    private static final int SECONDS = 60;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "0.0.0.0", "::"})
    void whoCameFirstLeavesThePortToWhoCameLater(String host) throws Exception {
        Sharer older = listen(new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(host), 0), 2);
        Sharer newer = listen(older.address(), 2);
        connect(newer.address(), CLIENTS);
        assertThat(older.takeAccepted(CLIENTS, newer)).isPositive();

        assertThat(older.handOver.begin()).isTrue();
        connect(newer.address(), CLIENTS);

        assertThat(older.takeAccepted(CLIENTS, newer)).isZero();
    }

    @Test
    void whoCameLaterLeavesThePortToWhoCameFirst() throws Exception {
        Sharer older = listen(loopback(), 2);
        Sharer newer = listen(older.address(), 3);

        assertThat(newer.handOver.begin()).isTrue();
        connect(older.address(), CLIENTS);

        assertThat(newer.takeAccepted(CLIENTS, older)).isZero();
    }

    @Test
    void eachHasItsShareAgainWhenTheNextOneComes() throws Exception {
        Sharer first = listen(loopback(), 2);
        Sharer second = listen(first.address(), 2);
        first.handOver.begin();
        first.close();
        Sharer third = listen(second.address(), 2);

        connect(second.address(), CLIENTS);
        int accepted = second.takeAccepted(CLIENTS, third);
        assertThat(accepted).isBetween(1, CLIENTS - 1);

        assertThat(second.handOver.begin()).isTrue();
        connect(second.address(), CLIENTS);
        assertThat(second.takeAccepted(CLIENTS, third)).isZero();
    }

    @Test
    void whereThreeHaveThePortAClientWaitsAndIsNotRefused() throws Exception {
        Sharer first = listen(loopback(), 2);
        Sharer second = listen(first.address(), 2);
        Sharer third = listen(first.address(), 2);
        assertThat(second.handOver.begin()).isTrue();

        List<CompletableFuture<Void>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(CompletableFuture.runAsync(() -> connect(first.address(), 1)));
        }
        second.close();
        CompletableFuture.allOf(clients.toArray(CompletableFuture<?>[]::new))
                .orTimeout(SECONDS, TimeUnit.SECONDS)
                .join();

        assertThat(second.accepted).hasValue(0);
        assertThat(first.takeAccepted(CLIENTS, third)).isPositive();
    }

    @Test
    void whoIsAloneHasNobodyToLeaveThePortTo() throws Exception {
        Sharer other = listen(loopback(), 1);
        Sharer alone = listen(loopback(), 2);

        assertThat(alone.handOver.begin()).isFalse();
        connect(alone.address(), 10);

        assertThat(alone.takeAccepted(10, other)).isEqualTo(10);
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private Sharer listen(InetSocketAddress address, int sockets) throws InterruptedException {
        List<UnixChannel> channels = new ArrayList<>();
        AtomicInteger accepted = new AtomicInteger();
        InetSocketAddress target = address;
        for (int i = 0; i < sockets; i++) {
            UnixChannel channel = (UnixChannel) new ServerBootstrap()
                    .group(group)
                    .channel(EpollServerSocketChannel.class)
                    .option(UnixChannelOption.SO_REUSEPORT, true)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            accepted.incrementAndGet();
                            channel.close();
                        }
                    })
                    .bind(target)
                    .sync()
                    .channel();
            channels.add(channel);
            target = (InetSocketAddress) channel.localAddress();
        }
        return new Sharer(channels, PortHandOver.of(channels), accepted);
    }

    private static void connect(InetSocketAddress address, int count) {
        for (int i = 0; i < count; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(address, (int) TimeUnit.SECONDS.toMillis(SECONDS));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** What would be a process: a set of sockets that come and go together. */
    private record Sharer(List<UnixChannel> channels, PortHandOver handOver, AtomicInteger accepted) {

        InetSocketAddress address() {
            return (InetSocketAddress) channels.get(0).localAddress();
        }

        /** How many came here, of so many that came here and to the other. */
        int takeAccepted(int all, Sharer other) {
            await().atMost(SECONDS, TimeUnit.SECONDS).until(() -> accepted.get() + other.accepted.get() == all);
            other.accepted.set(0);
            return accepted.getAndSet(0);
        }

        void close() {
            channels.forEach(channel -> channel.close().awaitUninterruptibly());
        }
    }
}
