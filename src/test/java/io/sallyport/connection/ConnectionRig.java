package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.sallyport.accept.HandshakeGate;
import io.sallyport.accept.LimitRefusals;
import io.sallyport.accept.ListenerLimits;
import io.sallyport.accept.PermitLimiter;
import io.sallyport.accept.SourceLimiter;
import io.sallyport.backend.Backend;
import io.sallyport.backend.Dial;
import io.sallyport.connection.relay.Handlers;
import io.sallyport.connection.relay.Peer;
import io.sallyport.eventloop.ServingOrder;
import io.sallyport.metrics.BackendMeters.ConnectFailure;
import io.sallyport.tls.record.PlainRecordLayer;
import io.sallyport.tls.record.RecordLayer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One connection without sockets: its handlers, what it was told, and its clock. */
final class ConnectionRig implements Sockets {
    final PermitLimiter handshakes = new PermitLimiter(1);
    final RecordedPeer client = new RecordedPeer();
    final RecordedPeer server = new RecordedPeer();
    final ProxyConnection connection;
    final EmbeddedChannel frontend;
    private final LiveConnections live;
    private final List<ByteBuf> buffers = new ArrayList<>();
    private final EmbeddedChannel tls;
    private final ByteBuf hello;
    private int headerBytes;
    private boolean timersLeft;
    private boolean waiting;
    private @Nullable Backend dialled;
    private Dial.@Nullable Callback dial;
    private @Nullable EmbeddedChannel backend;

    /**
     * A connection that was just accepted.
     *
     * @param clientTls what the client makes its ClientHello with
     */
    ConnectionRig(ListenerSettings settings, boolean awaitsProxyHeader, SslContext clientTls) {
        frontend = new EmbeddedChannel();
        frontend.freezeTime();
        live = new LiveConnections(frontend.eventLoop());
        HandshakeGate gate = new HandshakeGate(
                new ListenerLimits(new PermitLimiter(0), new PermitLimiter(0), new SourceLimiter(0, 0), handshakes),
                frontend.eventLoop(),
                ServingOrder.AS_IT_COMES,
                new LimitRefusals());
        connection = new ProxyConnection(() -> settings, gate, live, frontend, "id", awaitsProxyHeader, this);
        tls = new EmbeddedChannel(clientTls.newHandler(frontend.alloc()));
        hello = tls.readOutbound();
        frontend.pipeline().addLast(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                if (awaitsProxyHeader) {
                    channel.pipeline().addLast(Handlers.PROXY_PROTOCOL, new ProxyHeaderHandler(connection.admission()));
                }
                if (!connection.isPlain()) {
                    channel.pipeline().addLast(Handlers.TRACE, new TraceHandler(connection.trace()));
                    channel.pipeline()
                            .addLast(Handlers.CLIENT_HELLO, new ClientHelloHandler(connection.admission(), 1 << 16));
                }
                channel.pipeline().addLast(Handlers.FRONTEND, new FrontendHandler(connection));
            }
        });
        connection.onAccepted();
    }

    @Override
    public Peer client(Channel channel) {
        return client;
    }

    @Override
    public Peer server(Channel channel, RecordLayer records) {
        return server;
    }

    @Override
    public Runnable dial(EventLoop loop, Backend pool, Dial.Request request, Dial.Callback outcome) {
        dialled = pool;
        dial = outcome;
        return () -> {
            dial = null;
            waiting = false;
        };
    }

    // ---- what may happen

    boolean isDialling() {
        return dial != null;
    }

    /** Whether the server that is to be dialled is full. */
    boolean isWaiting() {
        return waiting;
    }

    boolean isServerOpen() {
        return backend != null && backend.isOpen();
    }

    boolean awaits(String handler) {
        return frontend.isOpen() && frontend.pipeline().get(handler) != null && client.closes() == 0;
    }

    // ---- what happens

    void clientData() {
        connection.onClientData(buffer());
        connection.onClientReadComplete();
    }

    void serverData() {
        backend().pipeline().fireChannelRead(buffer());
        backend().pipeline().fireChannelReadComplete();
    }

    EmbeddedChannel backend() {
        return Objects.requireNonNull(backend);
    }

    private ByteBuf buffer() {
        ByteBuf data = Unpooled.copiedBuffer(new byte[] {1, 2, 3});
        buffers.add(data);
        return data;
    }

    /** Bytes that arrive at the frontend's socket. */
    void clientBytes(ByteBuf bytes) {
        frontend.writeInbound(bytes);
    }

    /** The next bytes of the PROXY protocol header; it has 35. */
    void proxyHeader(int length) {
        String rest = "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n".substring(headerBytes);
        String next = rest.substring(0, Math.min(length, rest.length()));
        headerBytes += next.length();
        frontend.writeInbound(ByteBufUtil.writeAscii(frontend.alloc(), next));
    }

    /** The next bytes of the client's ClientHello. */
    void hello(int length) {
        frontend.writeInbound(hello.readRetainedSlice(Math.min(length, hello.readableBytes())));
    }

    /** The client's answer to the flight of the server. */
    void finished() {
        for (ByteBuf flight = frontend.readOutbound(); flight != null; flight = frontend.readOutbound()) {
            tls.writeInbound(flight);
        }
        for (ByteBuf answer = tls.readOutbound(); answer != null; answer = tls.readOutbound()) {
            frontend.writeInbound(answer);
        }
    }

    void connected() {
        Dial.Callback outcome = Objects.requireNonNull(dial);
        dial = null;
        EmbeddedChannel channel = new EmbeddedChannel();
        backend = channel;
        outcome.onServerConnected(
                channel,
                new PlainRecordLayer(channel),
                Objects.requireNonNull(dialled).members().get(0).server(),
                1);
    }

    void queued() {
        waiting = true;
        Objects.requireNonNull(dial).onServerFull();
    }

    void room() {
        waiting = false;
        Objects.requireNonNull(dial).onServerRoom(Objects.requireNonNull(dialled), 1);
    }

    void noRoom(boolean isLate) {
        Dial.Callback outcome = Objects.requireNonNull(dial);
        dial = null;
        waiting = false;
        outcome.onNoRoom(isLate, 1);
    }

    void unreachable(ConnectFailure why) {
        Dial.Callback outcome = Objects.requireNonNull(dial);
        dial = null;
        waiting = false;
        outcome.onServerUnreachable(why);
    }

    /** Not by the channel's own method, which would take the timers with it. */
    void closeClient() {
        client.complete(false);
        frontend.pipeline().close();
        run();
    }

    void closeServer() {
        server.complete(false);
        backend().pipeline().close();
    }

    void pass(Duration time) {
        frontend.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
        run();
    }

    void run() {
        frontend.runPendingTasks();
        frontend.runScheduledPendingTasks();
    }

    // ---- afterwards

    /** Whether its reason is fixed. */
    boolean isEnding() {
        return connection.phase().compareTo(ProxyConnection.Phase.CLOSING) >= 0;
    }

    /** Whether a drain would no longer wait for it. */
    boolean isForgotten() {
        CompletableFuture<Void> empty = live.whenEmpty();
        run();
        return empty.isDone();
    }

    /** Both channels close, as they do once their peers are closed. */
    void closeChannels() {
        closeClient();
        if (isServerOpen()) {
            closeServer();
        }
        hello.release();
        timersLeft = frontend.hasPendingTasks();
        frontend.finishAndReleaseAll();
        if (backend != null) {
            backend.finishAndReleaseAll();
        }
        tls.finishAndReleaseAll();
    }

    boolean hasTimersLeft() {
        return timersLeft;
    }

    /** Buffers of peers that were not released. */
    long leaked() {
        return buffers.stream().filter(buffer -> buffer.refCnt() != 0).count();
    }
}
