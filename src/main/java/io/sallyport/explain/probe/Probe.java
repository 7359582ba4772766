package io.sallyport.explain.probe;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.ssl.SslHandler;
import io.sallyport.eventloop.SocketError;
import io.sallyport.eventloop.Transport;
import io.sallyport.explain.probe.ProbeHandler.Seen;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Makes handshakes through BoringSSL, one after another. Blocks; owns an event loop. */
public final class Probe implements AutoCloseable {
    private final Transport transport = Transport.auto();
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, transport.handlers());
    private final Duration timeout;
    private final boolean proxyHeader;

    /**
     * @param timeout for the connection, and again for the handshake
     * @param proxyHeader whether a PROXY protocol header comes first
     */
    public Probe(Duration timeout, boolean proxyHeader) {
        this.timeout = timeout;
        this.proxyHeader = proxyHeader;
    }

    /** One connection and one handshake; it is closed when this returns. */
    public ProbedHandshake handshake(InetSocketAddress address, ClientContext context) {
        WireHandler wire = new WireHandler(proxyHeader);
        CompletableFuture<Seen> outcome = new CompletableFuture<>();
        ChannelFuture connect = new Bootstrap()
                .group(loop)
                .channelFactory(() -> transport.socketTo(address.getAddress()))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(timeout.toMillis()))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SslHandler tls = context.newHandler(channel.alloc(), address);
                        channel.pipeline().addLast(wire, tls, new ProbeHandler(wire, tls, timeout, outcome));
                    }
                })
                .connect(address)
                .awaitUninterruptibly();
        if (!connect.isSuccess()) {
            return unconnected(address, wire, connect.cause());
        }
        Seen seen = outcome.join();
        return new ProbedHandshake(
                address,
                wire.connectNanos(),
                wire.transcript(),
                seen.session(),
                seen.done(),
                seen.staple(),
                context.asked(),
                seen.ending(),
                seen.error(),
                wire.firstBytes(),
                "");
    }

    private static ProbedHandshake unconnected(InetSocketAddress address, WireHandler wire, Throwable cause) {
        String words = String.valueOf(cause.getMessage());
        Ending ending = switch (SocketError.of(cause)) {
            case CONNECTION_REFUSED -> Ending.REFUSED;
            case TIMED_OUT -> Ending.CONNECT_TIMEOUT;
            default -> Ending.UNREACHABLE;
        };
        return new ProbedHandshake(
                address, -1, wire.transcript(), null, -1, Optional.empty(), null, ending, null, "", words);
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
