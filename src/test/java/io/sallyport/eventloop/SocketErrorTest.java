package io.sallyport.eventloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.DomainSocketAddress;
import io.sallyport.testing.FullListener;
import io.sallyport.testing.OpenFiles;
import io.sallyport.testing.RefusedPort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every error is the kernel's own, provoked anew. */
class SocketErrorTest {
    private static final String TRANSPORTS = "io.sallyport.eventloop.Transport#available";
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    /** A network that no interface has (RFC 5737). */
    private static final InetSocketAddress ELSEWHERE = new InetSocketAddress("203.0.113.1", 0);

    private static final InetSocketAddress EVERYBODY = new InetSocketAddress("255.255.255.255", 80);
    private static final Map<Transport, EventLoopGroup> LOOPS = new EnumMap<>(Transport.class);

    @AfterAll
    static void stop() {
        LOOPS.values()
                .forEach(loop -> loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly());
        LOOPS.clear();
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void nobodyListens(Transport transport) {
        try (RefusedPort port = new RefusedPort()) {
            assertThat(SocketError.of(dial(transport, port.address()))).isEqualTo(SocketError.CONNECTION_REFUSED);
        }
    }

    @Test
    void nobodyHasBoundTheUnixSocket(@TempDir Path directory) {
        SocketAddress absent =
                new DomainSocketAddress(directory.resolve("absent").toString());

        assertThat(SocketError.of(dial(Transport.EPOLL, Transport.EPOLL::domainSocket, absent, 0)))
                .isEqualTo(SocketError.NO_SUCH_FILE);
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void noWayThere(Transport transport) {
        assertThat(SocketError.of(dial(transport, EVERYBODY))).isEqualTo(SocketError.UNREACHABLE);
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void nobodyAnswersInTime(Transport transport) {
        try (FullListener full = new FullListener()) {
            Throwable failure = dial(transport, () -> transport.socketTo(LOOPBACK), full.address(), 100);

            assertThat(SocketError.of(failure)).isEqualTo(SocketError.TIMED_OUT);
        }
    }

    /** Netty keeps the number of a failed connect to itself, and the JDK has no option for that time. */
    @Test
    void kernelGivesUp() {
        try (FullListener full = new FullListener()) {
            Channel channel = Transport.EPOLL.socketTo(LOOPBACK);
            channel.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, 1);
            Throwable failure = dial(Transport.EPOLL, () -> channel, full.address(), 0);

            assertThat(failure).isInstanceOf(ConnectException.class);
            assertThat(SocketError.of(failure)).isEqualTo(SocketError.TIMED_OUT);
        }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void peerResets(Transport transport) throws Exception {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            new Bootstrap()
                    .group(loop(transport))
                    .channelFactory(() -> transport.socketTo(LOOPBACK))
                    .handler(failureTo(failure))
                    .connect(server.getLocalSocketAddress())
                    .sync();
            Socket accepted = server.accept();
            accepted.setSoLinger(true, 0);
            accepted.close();

            assertThat(SocketError.of(failure.get(60, TimeUnit.SECONDS))).isEqualTo(SocketError.RESET);
        }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void noDescriptorForASocket(Transport transport) {
        transport.socketTo(LOOPBACK).unsafe().closeForcibly();
        Throwable failure;
        try (OpenFiles none = OpenFiles.exhausted()) {
            failure = catchThrowable(() -> transport.socketTo(LOOPBACK));
        }

        assertThat(SocketError.of(failure)).isEqualTo(SocketError.TOO_MANY_OPEN_FILES);
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void noDescriptorForAnAcceptedConnection(Transport transport) throws Exception {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Channel listening = new ServerBootstrap()
                .group(loop(transport))
                .channelFactory(() -> transport.serverSocket(LOOPBACK))
                .handler(failureTo(failure))
                .childHandler(new ChannelInboundHandlerAdapter())
                .bind(LOOPBACK, 0)
                .sync()
                .channel();
        try (Socket client = new Socket()) {
            client.bind(new InetSocketAddress(LOOPBACK, 0));
            Throwable seen;
            try (OpenFiles none = OpenFiles.exhausted()) {
                client.connect(listening.localAddress());
                seen = failure.get(60, TimeUnit.SECONDS);
            }
            assertThat(SocketError.of(seen)).isEqualTo(SocketError.TOO_MANY_OPEN_FILES);
        }
        listening.close().sync();
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void somebodyHasThePort(Transport transport) {
        try (RefusedPort taken = new RefusedPort()) {
            assertThat(SocketError.of(listen(transport, taken.address()))).isEqualTo(SocketError.ADDRESS_IN_USE);
        }
    }

    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void noInterfaceHasTheAddress(Transport transport) {
        assertThat(SocketError.of(listen(transport, ELSEWHERE))).isEqualTo(SocketError.ADDRESS_NOT_AVAILABLE);
    }

    /** A broadcast without the option for it: the one EACCES that root gets as well. */
    @ParameterizedTest
    @MethodSource(TRANSPORTS)
    void kernelDoesNotPermit(Transport transport) {
        Throwable failure = dial(transport, transport::datagram, new InetSocketAddress("127.255.255.255", 9), 0);

        assertThat(SocketError.of(failure)).isEqualTo(SocketError.PERMISSION_DENIED);
    }

    @Test
    void wordsOfOthersAreNoErrorOfASocket() {
        assertThat(SocketError.of(new IllegalStateException("Connection refused")))
                .isEqualTo(SocketError.OTHER);
        assertThat(SocketError.of(new IOException())).isEqualTo(SocketError.OTHER);
        assertThat(SocketError.of(new IOException("somebody listens on it"))).isEqualTo(SocketError.OTHER);
    }

    private static EventLoopGroup loop(Transport transport) {
        return LOOPS.computeIfAbsent(transport, each -> new MultiThreadIoEventLoopGroup(1, each.handlers()));
    }

    private static Throwable dial(Transport transport, InetSocketAddress address) {
        return dial(transport, () -> transport.socketTo(address.getAddress()), address, 0);
    }

    private static Throwable dial(
            Transport transport, Supplier<? extends Channel> socket, SocketAddress address, int timeoutMillis) {
        return failure(new Bootstrap()
                .group(loop(transport))
                .channelFactory(socket::get)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(address));
    }

    private static Throwable listen(Transport transport, InetSocketAddress address) {
        return failure(new ServerBootstrap()
                .group(loop(transport))
                .channelFactory(() -> transport.serverSocket(address.getAddress()))
                .childHandler(new ChannelInboundHandlerAdapter())
                .bind(address));
    }

    private static Throwable failure(ChannelFuture future) {
        Throwable cause = future.awaitUninterruptibly().cause();
        assertThat(cause).as("a failure").isNotNull();
        return cause;
    }

    private static ChannelInboundHandlerAdapter failureTo(CompletableFuture<Throwable> failure) {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                ctx.channel().config().setAutoRead(false);
                failure.complete(cause);
                ctx.close();
            }
        };
    }
}
