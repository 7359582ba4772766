package io.sallyport.admin;

import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;

/** Makes the pipeline of each accepted connection. Lives on the admin thread. */
final class ConnectionInitializer extends ChannelInitializer<SocketChannel> {
    private static final int MAX_LINE_BYTES = 4 * 1024;
    private static final int MAX_REQUEST_BYTES = 8 * 1024;

    private final OpenConnections connections;
    private final AdminTimeouts timeouts;
    private final Endpoints endpoints;
    private final LiveStreams streams;

    ConnectionInitializer(
            Endpoints endpoints, AdminTimeouts timeouts, OpenConnections connections, LiveStreams streams) {
        this.endpoints = endpoints;
        this.streams = streams;
        this.timeouts = timeouts;
        this.connections = connections;
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        connections.add(channel);
        channel.pipeline()
                .addLast(new HttpServerCodec(MAX_LINE_BYTES, MAX_REQUEST_BYTES, MAX_REQUEST_BYTES))
                .addLast(new RequestAggregator(MAX_REQUEST_BYTES))
                .addLast(new FlowControlHandler())
                .addLast(new ExchangeHandler(endpoints, timeouts, streams));
    }
}
