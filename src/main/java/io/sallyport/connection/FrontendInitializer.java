package io.sallyport.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.sallyport.accept.HandshakeGate;
import io.sallyport.config.AcceptProxyProtocolConfig;
import io.sallyport.connection.relay.Handlers;
import io.sallyport.connection.relay.LingerHandler;
import io.sallyport.redirect.RedirectHandler;
import io.sallyport.redirect.Redirects;
import io.sallyport.starttls.StartTlsServer;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

/** Makes the pipeline of an accepted connection. */
final class FrontendInitializer extends ChannelInitializer<Channel> {
    private final Supplier<ListenerSettings> settings;
    private final Function<EventLoop, HandshakeGate> gate;
    private final Function<EventLoop, LiveConnections> live;
    private final ConnectionIds ids;

    FrontendInitializer(
            Supplier<ListenerSettings> settings,
            Function<EventLoop, HandshakeGate> gate,
            Function<EventLoop, LiveConnections> live,
            ConnectionIds ids) {
        this.settings = settings;
        this.gate = gate;
        this.live = live;
        this.ids = ids;
    }

    @Override
    protected void initChannel(Channel channel) {
        EventLoop loop = channel.eventLoop();
        boolean awaitsProxyHeader = mustSendProxyHeader(channel);
        ProxyConnection connection = new ProxyConnection(
                settings, gate.apply(loop), live.apply(loop), channel, ids.next(), awaitsProxyHeader, Sockets.REAL);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(Handlers.LINGER, new LingerHandler());
        if (awaitsProxyHeader) {
            pipeline.addLast(Handlers.PROXY_PROTOCOL, new ProxyHeaderHandler(connection.admission()));
        }
        if (connection.isPlain() && settings.get().proxyProtocol().accept()) {
            pipeline.addLast(Handlers.UNTRUSTED_HEADER, new UntrustedHeaderHandler(connection));
        }
        StartTlsServer startTls = connection.startTls();
        if (startTls != null) {
            pipeline.addLast(
                    Handlers.STARTTLS, new StartTlsHandler(connection.admission(), startTls, !awaitsProxyHeader));
        }
        Redirects redirects = connection.redirects();
        if (redirects != null) {
            RedirectHandler.addTo(
                    pipeline,
                    connection.admission(),
                    // Which names there are may have changed since the accept.
                    () -> Objects.requireNonNullElse(settings.get().redirects(), redirects));
        } else if (!connection.isPlain()) {
            pipeline.addLast(Handlers.TRACE, new TraceHandler(connection.trace()));
            pipeline.addLast(
                    Handlers.CLIENT_HELLO,
                    new ClientHelloHandler(
                            connection.admission(), settings.get().routes().maxClientHello()));
        }
        pipeline.addLast(Handlers.FRONTEND, new FrontendHandler(connection));
    }

    private boolean mustSendProxyHeader(Channel peer) {
        AcceptProxyProtocolConfig rule = settings.get().proxyProtocol();
        return peer.remoteAddress() instanceof InetSocketAddress address
                ? rule.isTrusted(address.getAddress())
                : rule.isUnixTrusted();
    }
}
