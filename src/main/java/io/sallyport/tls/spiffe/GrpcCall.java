package io.sallyport.tls.spiffe;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.eventloop.Transport;
import io.sallyport.metrics.SpiffeMeters.UpdateResult;
import io.sallyport.text.SafeText;
import java.io.FileNotFoundException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection with one call, whose answers come as a stream: gRPC over HTTP/2 without TLS, and an empty message as the
 * request. On its event loop alone.
 */
final class GrpcCall {
    private static final int CONNECT_MILLIS = 5000;
    private static final int LONGEST_HEADERS = 16 << 10;
    private static final int LONGEST_DETAIL = 500;

    /** Whether the message is compressed, then its length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
    private static final int PREFIX_BYTES = 5;

    private static final int LENGTH_OFFSET = 1;
    private static final int LENGTH_BYTES = 4;

    private final EventLoop loop;
    private final NetworkAddress endpoint;
    private final String path;
    private final int longestMessage;
    private final Keepalive keepalive;
    private final Consumer<byte[]> onMessage;
    private final Consumer<WorkloadException> onEnd;
    private @Nullable Channel channel;
    private boolean ended;

    /**
     * One that is not begun.
     *
     * @param path {@code /SERVICE/METHOD}
     * @param longestMessage in bytes
     * @param onEnd called once, whatever ends it, but for {@link #close}
     */
    GrpcCall(
            EventLoop loop,
            NetworkAddress endpoint,
            String path,
            int longestMessage,
            Keepalive keepalive,
            Consumer<byte[]> onMessage,
            Consumer<WorkloadException> onEnd) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.path = path;
        this.longestMessage = longestMessage;
        this.keepalive = keepalive;
        this.onMessage = onMessage;
        this.onEnd = onEnd;
    }

    /** Connects and calls; may end at once. */
    void begin() {
        Transport transport = Transport.of(loop);
        boolean unix = endpoint instanceof NetworkAddress.Unix;
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channelFactory(() -> unix ? transport.domainSocket() : transport.socket())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(connectionHandlers())
                .connect(address(endpoint));
        channel = connected.channel();
        connected.addListener(future -> {
            if (future.isSuccess()) {
                call(connected.channel());
            } else {
                end(new WorkloadException(UpdateResult.UNREACHABLE, text(future.cause())));
            }
        });
    }

    /** Ends it without a word. */
    void close() {
        ended = true;
        if (channel != null) {
            channel.close();
        }
    }

    private void end(WorkloadException reason) {
        if (!ended) {
            close();
            onEnd.accept(reason);
        }
    }

    private ChannelInitializer<Channel> connectionHandlers() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel connection) {
                connection
                        .pipeline()
                        .addLast(
                                Http2FrameCodecBuilder.forClient()
                                        .initialSettings(Http2Settings.defaultSettings()
                                                .pushEnabled(false)
                                                .maxHeaderListSize(LONGEST_HEADERS))
                                        .build(),
                                // A server begins no streams.
                                new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
                                new PingHandler(keepalive, GrpcCall.this::end),
                                new Faults());
            }
        };
    }

    private void call(Channel connection) {
        new Http2StreamChannelBootstrap(connection)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline()
                                .addLast(
                                        new GrpcStatusHandler(GrpcCall.this::end),
                                        new LengthFieldBasedFrameDecoder(
                                                PREFIX_BYTES + longestMessage, LENGTH_OFFSET, LENGTH_BYTES),
                                        new GrpcMessageHandler(message -> {
                                            if (!ended) {
                                                onMessage.accept(message);
                                            }
                                        }),
                                        new Faults());
                    }
                })
                .open()
                .addListener(future -> {
                    if (future.isSuccess()) {
                        request((Http2StreamChannel) future.getNow());
                    } else {
                        end(WorkloadException.unusable("no HTTP/2: " + text(future.cause())));
                    }
                });
    }

    private void request(Http2StreamChannel stream) {
        Http2Headers headers = new DefaultHttp2Headers()
                .method("POST")
                .scheme("http")
                .path(path)
                .authority("localhost")
                .add("content-type", "application/grpc")
                .add("te", "trailers")
                .add("user-agent", "sallyport")
                // Keeps others from having us fetch a key for them (SPIFFE Workload Endpoint section 3).
                .add("workload.spiffe.io", "true");
        stream.write(new DefaultHttp2HeadersFrame(headers));
        stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[PREFIX_BYTES]), true));
    }

    private static SocketAddress address(NetworkAddress endpoint) {
        if (endpoint instanceof NetworkAddress.Unix unix) {
            return new DomainSocketAddress(unix.path());
        }
        if (endpoint instanceof NetworkAddress.Tcp tcp) {
            return new InetSocketAddress(tcp.hostPort().host(), tcp.hostPort().port());
        }
        throw new IllegalArgumentException(endpoint.toString());
    }

    private static String text(Throwable failure) {
        if (failure instanceof FileNotFoundException) {
            return "there is no such socket";
        }
        String text = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return SafeText.line(text, LONGEST_DETAIL);
    }

    /** The last in line. */
    private final class Faults extends ChannelInboundHandlerAdapter {
        @Override
        public void channelInactive(ChannelHandlerContext context) {
            end(new WorkloadException(UpdateResult.ENDED, "the connection was closed"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            end(WorkloadException.unusable("no gRPC: " + text(cause)));
        }
    }
}
