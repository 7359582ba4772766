package io.sallyport.connection;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.sallyport.backend.Backend;
import io.sallyport.backend.BackendServer;
import io.sallyport.observe.BackendMeters.ConnectFailure;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.nio.channels.ClosedChannelException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the TCP connection to a server, on the event loop of the client's channel. */
final class BackendDialer {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.backend");

    void dial(EventLoop loop, Backend backend, BackendServer server, ProxyConnection connection) {
        InetSocketAddress address = server.address();
        if (address == null) {
            failed(backend, server, ConnectFailure.UNRESOLVED, "the name has no address", connection);
            return;
        }
        long begun = System.nanoTime();
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .disableResolver()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, backend.connectTimeoutMillis())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                // A failed write must not close the channel: what the server said before is still to be read.
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new BackendHandler(connection));
                    }
                });
        ChannelFuture connecting = bootstrap.connect(address);
        if (connecting.cause() != null) {
            // Without a file descriptor there is no channel, and Netty would tell the listener on a thread of its own.
            Throwable cause = root(connecting.cause());
            failed(backend, server, reason(cause), String.valueOf(cause.getMessage()), connection);
            return;
        }
        connection.onBackendOpened(connecting.channel());
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                Throwable cause = done.cause();
                if (cause instanceof ClosedChannelException) {
                    return; // The client left first.
                }
                connecting.channel().close();
                failed(backend, server, reason(cause), String.valueOf(cause.getMessage()), connection);
                return;
            }
            long nanos = System.nanoTime() - begun;
            server.meters().connected(nanos);
            connecting
                    .channel()
                    .closeFuture()
                    .addListener(closed -> server.meters().disconnected());
            connection.onBackendConnected(nanos);
        });
    }

    private static void failed(
            Backend backend, BackendServer server, ConnectFailure reason, String words, ProxyConnection connection) {
        server.meters().connectFailed(reason);
        LOG.atWarn()
                .addKeyValue("connection", connection.id())
                .addKeyValue("backend", backend.name())
                .addKeyValue("server", server.toString())
                .addKeyValue("reason", reason.tag())
                .log("cannot connect to the backend: {}", words);
        connection.onBackendUnreachable();
    }

    private static Throwable root(Throwable thrown) {
        Throwable at = thrown;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at;
    }

    private static ConnectFailure reason(Throwable cause) {
        String words = String.valueOf(cause.getMessage());
        if (cause instanceof ConnectTimeoutException) {
            return ConnectFailure.TIMEOUT;
        }
        if (cause instanceof NoRouteToHostException || words.contains("unreachable")) {
            return ConnectFailure.UNREACHABLE;
        }
        if (words.contains("Too many open files")) {
            return ConnectFailure.TOO_MANY_OPEN_FILES;
        }
        return cause instanceof ConnectException ? ConnectFailure.REFUSED : ConnectFailure.OTHER;
    }
}
