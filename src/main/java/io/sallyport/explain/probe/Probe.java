package io.sallyport.explain.probe;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.ssl.SslHandler;
import io.sallyport.config.value.StartTls;
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
    private final StartTls startTls;

    /** For the server that the request names, and on its terms. */
    public Probe(ExplainRequest request) {
        this.timeout = request.timeout();
        this.proxyHeader = request.proxyHeader();
        this.startTls = request.startTls();
    }

    /** One connection and one handshake; it is closed when this returns. */
    public ProbedHandshake handshake(InetSocketAddress address, ClientContext context) {
        return handshake(address, context, startTls);
    }

    /** The same with a server that begins with TLS, whatever the request says. */
    void warmUp(InetSocketAddress address, ClientContext context) {
        handshake(address, context, StartTls.OFF);
    }

    private ProbedHandshake handshake(InetSocketAddress address, ClientContext context, StartTls asked) {
        boolean asks = asked != StartTls.OFF;
        WireHandler wire = new WireHandler(proxyHeader && !asks);
        CompletableFuture<Seen> outcome = new CompletableFuture<>();
        CompletableFuture<String> refusal = new CompletableFuture<>();
        ChannelFuture connect = new Bootstrap()
                .group(loop)
                .channelFactory(() -> transport.socketTo(address.getAddress()))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(timeout.toMillis()))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (asks) {
                            channel.pipeline().addLast(new StartTlsGate(asked, proxyHeader, timeout, refusal));
                        }
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
        String words = refusal.getNow("");
        return new ProbedHandshake(
                address,
                wire.connectNanos(),
                wire.transcript(),
                seen.session(),
                seen.done(),
                seen.staple(),
                context.asked(),
                words.isEmpty() ? seen.ending() : Ending.NO_STARTTLS,
                seen.error(),
                wire.firstBytes(),
                words);
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
