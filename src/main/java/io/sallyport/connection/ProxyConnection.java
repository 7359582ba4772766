package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.sallyport.backend.Backend;
import io.sallyport.backend.BackendServer;
import io.sallyport.connection.RouteTable.Choice;
import io.sallyport.handshake.ClientHello;
import io.sallyport.handshake.FailureReason;
import io.sallyport.observe.CloseReason;
import io.sallyport.observe.Direction;
import io.sallyport.tls.EngineRecordLayer;
import io.sallyport.tls.PlainRecordLayer;
import io.sallyport.tls.RecordHandler;
import io.sallyport.tls.RecordLayer;
import io.sallyport.tls.TlsSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One client and its server: decides what every event of the two channels means.
 *
 * <p>Confined to the event loop that both channels live on. See the package's description for the states.
 */
final class ProxyConnection {

    /** How far a connection has come; never goes back. */
    enum Phase {
        AWAITING_HELLO,
        HANDSHAKING,
        CONNECTING,
        RELAYING,
        HALF_CLOSED,
        CLOSED
    }

    private ListenerSettings settings;
    private final Supplier<ListenerSettings> current;
    private final BackendDialer dialer;
    private final LiveConnections live;
    private final Channel frontend;
    private final String id;
    private final ConnectionJournal journal;
    private final Queue<ByteBuf> early = new ArrayDeque<>(2);

    private Phase phase = Phase.AWAITING_HELLO;
    private boolean sawBytes;
    private boolean handshakeOver;
    private @Nullable Channel backend;
    private @Nullable SslHandler handshakeTls;
    private @Nullable RecordLayer tls;
    private @Nullable Backend backendPool;
    private @Nullable CloseReason firstEnd;
    private @Nullable CloseReason reason;
    private @Nullable Future<?> timer;
    private @Nullable ClientWatch watch;
    private int openChannels = 1;

    private boolean clientEnded;
    private boolean clientDeaf;
    private boolean backendEnded;
    private boolean finSentToBackend;
    private boolean finSentToClient;
    private boolean backendTakesNoMore;

    private int unflushedToBackend;
    private int unflushedToClient;
    private long lastActivity;

    ProxyConnection(
            Supplier<ListenerSettings> current,
            BackendDialer dialer,
            LiveConnections live,
            Channel frontend,
            String id) {
        this.settings = current.get();
        this.current = current;
        this.dialer = dialer;
        this.live = live;
        this.frontend = frontend;
        this.id = id;
        this.journal = new ConnectionJournal(settings, id, AddressText.of(frontend.remoteAddress()));
    }

    String id() {
        return id;
    }

    Phase phase() {
        return phase;
    }

    // ---- handshake

    void onAccepted() {
        live.add(this);
        journal.opened();
        frontend.closeFuture().addListener(closed -> onFrontendClosed());
        arm(settings.timeouts().handshake(), this::onHandshakeDeadline);
        frontend.read();
    }

    void onFirstBytes() {
        sawBytes = true;
    }

    /** A whole ClientHello arrived; the caller does what the choice says. */
    Choice onClientHello(ClientHello offered) {
        journal.offered(offered);
        // A reload since the accept has freed the contexts of the settings that were current then.
        settings = current.get();
        return settings.routes().choose(offered);
    }

    /** The TLS of the connection ends here; the caller puts the handler into the pipeline. */
    SslHandler onTerminate(Choice.Terminate choice) {
        phase = Phase.HANDSHAKING;
        backendPool = choice.backend();
        SslHandler handler = choice.context().newHandler(frontend.alloc());
        handshakeTls = handler;
        return handler;
    }

    /** The TLS of the connection is between the client and the backend. */
    void onPassThrough(Choice.PassThrough choice) {
        disarm();
        handshakeOver = true;
        journal.passedThrough();
        tls = new PlainRecordLayer(frontend);
        connect(choice.backend());
    }

    /** The first bytes are not a ClientHello that can be served. */
    void onNoClientHello(FailureReason failure, String detail) {
        failHandshake(failure, detail);
    }

    void onHandshakeSuccess() {
        if (phase != Phase.HANDSHAKING || handshakeTls == null) {
            return;
        }
        tls = new EngineRecordLayer(handshakeTls);
        disarm();
        handshakeOver = true;
        TlsSession agreed = TlsSession.of(handshakeTls);
        journal.agreed(agreed);
        watch(agreed);
        connect(Objects.requireNonNull(backendPool));
    }

    void onHandshakeFailure(Throwable cause) {
        if (phase == Phase.HANDSHAKING) {
            HandshakeError error = HandshakeError.of(cause, journal.hello());
            failHandshake(error.reason(), error.detail());
        }
    }

    private void onHandshakeDeadline() {
        failHandshake(
                FailureReason.TIMEOUT,
                phase == Phase.AWAITING_HELLO
                        ? "no whole ClientHello within timeouts.handshake"
                        : "not finished within timeouts.handshake");
    }

    private void failHandshake(FailureReason failure, String detail) {
        if (handshakeOver) {
            return;
        }
        handshakeOver = true;
        journal.handshakeFailed(failure, detail);
        finish(failure == FailureReason.BARE_PROBE ? CloseReason.BARE_PROBE : CloseReason.HANDSHAKE_FAILED);
    }

    // ---- backend

    private void connect(Backend pool) {
        phase = Phase.CONNECTING;
        backendPool = pool;
        BackendServer server = pool.choose();
        journal.dialled(pool, server);
        dialer.dial(frontend.eventLoop(), pool, server, this);
    }

    /** The dial has a channel, not yet connected. */
    void onBackendOpened(Channel channel) {
        backend = channel;
        openChannels++;
        channel.closeFuture().addListener(closed -> onBackendClosed());
    }

    void onBackendConnected(long nanos) {
        if (phase != Phase.CONNECTING || backend == null) {
            return;
        }
        journal.connected(nanos);
        phase = Phase.RELAYING;
        lastActivity = System.nanoTime();
        arm(settings.timeouts().idle(), this::onIdleDeadline);
        while (!early.isEmpty()) {
            toBackend(early.remove());
        }
        flushToBackend();
        backend.read();
        if (clientEnded) {
            endClientToBackend();
            return;
        }
        readFrontend();
    }

    void onBackendUnreachable() {
        finish(CloseReason.BACKEND_UNREACHABLE);
    }

    // ---- relay, client to backend

    void onFrontendRead(ByteBuf data) {
        switch (phase) {
            case CONNECTING -> early.add(data);
            case RELAYING, HALF_CLOSED -> toBackend(data);
            case AWAITING_HELLO, HANDSHAKING, CLOSED -> data.release();
        }
    }

    void onFrontendReadComplete() {
        if (handshakeTls != null && handshakeOver) {
            takeRecords(handshakeTls);
        }
        if (phase != Phase.RELAYING && phase != Phase.HALF_CLOSED) {
            return;
        }
        flushToBackend();
        if (!clientEnded && backendEnded && tls != null && !tls.isFullDuplex() && tls.isInboundClosed()) {
            // Once our own close_notify is out, SslHandler has no event for the client's.
            onFrontendCloseNotify();
            return;
        }
        readFrontend();
    }

    /** SslHandler has made the handshake and is between two reads: our own record path can take over. */
    private void takeRecords(SslHandler handler) {
        handshakeTls = null;
        ChannelHandlerContext ctx = frontend.pipeline().context(handler);
        if (ctx == null || phase == Phase.CLOSED || !settings.directRecords()) {
            return;
        }
        RecordHandler records = RecordHandler.replace(ctx, Handlers.TLS, handler);
        if (records != null) {
            tls = records;
        }
    }

    void onBackendWritabilityChanged() {
        if (phase == Phase.RELAYING || phase == Phase.HALF_CLOSED) {
            readFrontend();
        }
    }

    private void toBackend(ByteBuf data) {
        if (backend == null || backendTakesNoMore || finSentToBackend) {
            data.release();
            return;
        }
        unflushedToBackend += data.readableBytes();
        backend.write(data, backend.voidPromise());
    }

    private void flushToBackend() {
        if (backend == null || unflushedToBackend == 0) {
            return;
        }
        journal.relayed(Direction.CLIENT_TO_BACKEND, unflushedToBackend);
        unflushedToBackend = 0;
        lastActivity = System.nanoTime();
        backend.flush();
    }

    private void readFrontend() {
        if (!clientEnded && !backendTakesNoMore && backend != null && backend.isWritable()) {
            frontend.read();
        }
    }

    // ---- relay, backend to client

    void onBackendRead(ByteBuf data) {
        if (phase == Phase.CLOSED || finSentToClient || clientDeaf) {
            data.release();
            return;
        }
        unflushedToClient += data.readableBytes();
        frontend.write(data, frontend.voidPromise());
    }

    void onBackendReadComplete() {
        if (phase != Phase.RELAYING && phase != Phase.HALF_CLOSED) {
            return;
        }
        if (unflushedToClient > 0) {
            journal.relayed(Direction.BACKEND_TO_CLIENT, unflushedToClient);
            unflushedToClient = 0;
            lastActivity = System.nanoTime();
            frontend.flush();
        }
        readBackend();
    }

    void onFrontendWritabilityChanged() {
        if (phase == Phase.RELAYING || phase == Phase.HALF_CLOSED) {
            readBackend();
        }
    }

    private void readBackend() {
        if (!backendEnded && backend != null && (frontend.isWritable() || clientDeaf)) {
            backend.read();
        }
    }

    // ---- ends of stream

    /** SslHandler's close event: the client's close_notify, or our own on its way out. */
    void onFrontendCloseNotify() {
        if (tls != null && tls.isInboundClosed()) {
            onClientEnd(true);
        }
    }

    /** The client's FIN. */
    void onFrontendEndOfStream() {
        switch (phase) {
            case AWAITING_HELLO, HANDSHAKING -> failHandshake(left(), "the client's TCP stream ended");
            case CONNECTING, RELAYING, HALF_CLOSED -> onFinAfterHandshake();
            case CLOSED -> {}
        }
    }

    private void onFinAfterHandshake() {
        if (tls != null && tls.isMidRecord() && !tls.isInboundClosed()) {
            // Half a record is no end that the backend may take for one.
            cut(CloseReason.TRUNCATED);
            return;
        }
        onClientEnd(tls != null && tls.isInboundClosed());
    }

    private FailureReason left() {
        if (!sawBytes) {
            return FailureReason.BARE_PROBE;
        }
        return journal.hello() == null ? FailureReason.CLIENT_HELLO_INCOMPLETE : FailureReason.CLIENT_LEFT;
    }

    private void onClientEnd(boolean clean) {
        if (clientEnded || phase == Phase.CLOSED) {
            return;
        }
        clientEnded = true;
        clientDeaf = clean && (tls == null || !tls.isFullDuplex());
        firstEnd(clean ? CloseReason.CLIENT_CLOSED : CloseReason.TRUNCATED);
        if (phase != Phase.CONNECTING) {
            endClientToBackend();
        }
    }

    private void endClientToBackend() {
        halfClosed();
        if (clientDeaf) {
            // Netty's engine has closed both directions: nothing more can reach the client.
            finSentToClient = true;
            frontend.close();
        }
        flushToBackend();
        if (backend == null || backendTakesNoMore) {
            finSentToBackend = true;
            finishIfDone();
            return;
        }
        Channel to = backend;
        to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            shutdownOutput(to);
            finSentToBackend = true;
            finishIfDone();
            readBackend();
        });
    }

    void onBackendEndOfStream() {
        if (backendEnded || phase == Phase.CLOSED || phase == Phase.CONNECTING) {
            return;
        }
        backendEnded = true;
        firstEnd(CloseReason.BACKEND_CLOSED);
        halfClosed();
        onBackendReadComplete();
        if (finSentToClient || tls == null) {
            finishIfDone();
            return;
        }
        tls.closeOutbound().addListener(sent -> {
            shutdownOutput(frontend);
            finSentToClient = true;
            finishIfDone();
        });
    }

    /** A write to the backend failed, or we are done with it. What it has still to say is read first. */
    void onBackendOutputShutdown() {
        backendTakesNoMore = true;
        readBackend();
    }

    void onFrontendOutputShutdown() {
        if (phase != Phase.CLOSED && !backendEnded) {
            reset(CloseReason.CLIENT_RESET);
        }
    }

    private void firstEnd(CloseReason end) {
        if (firstEnd == null) {
            firstEnd = end;
        }
    }

    private void halfClosed() {
        if (phase != Phase.RELAYING) {
            return;
        }
        phase = Phase.HALF_CLOSED;
        disarm();
        Duration patience = settings.timeouts().halfClose();
        if (!patience.isZero()) {
            arm(patience, () -> finish(CloseReason.HALF_CLOSE_TIMEOUT));
        }
    }

    private void finishIfDone() {
        boolean both = finSentToBackend && finSentToClient && (backendEnded || !clientDeaf);
        boolean atOnce = settings.timeouts().halfClose().isZero() && (finSentToBackend || finSentToClient);
        if ((both || atOnce) && firstEnd != null) {
            finish(firstEnd);
        }
    }

    // ---- failures

    void onFrontendException(Throwable cause) {
        if (phase == Phase.CLOSED) {
            return;
        }
        if (!handshakeOver) {
            HandshakeError error = HandshakeError.of(cause, journal.hello());
            // Load balancers end their health checks with a reset.
            failHandshake(sawBytes ? error.reason() : FailureReason.BARE_PROBE, error.detail());
            return;
        }
        // First: to Java it is an I/O error too, but a reset would take the alert with it.
        if (HandshakeError.isTls(cause)) {
            cut(CloseReason.CLIENT_TLS_ERROR);
            return;
        }
        if (cause instanceof IOException) {
            reset(finSentToBackend || finSentToClient ? endedBy(CloseReason.CLIENT_RESET) : CloseReason.CLIENT_RESET);
            return;
        }
        InternalErrors.log(id, cause);
        reset(CloseReason.INTERNAL_ERROR);
    }

    void onBackendException(Throwable cause) {
        if (phase == Phase.CLOSED || phase == Phase.CONNECTING) {
            return;
        }
        if (!(cause instanceof IOException)) {
            InternalErrors.log(id, cause);
            reset(CloseReason.INTERNAL_ERROR);
            return;
        }
        if (backendEnded || clientDeaf) {
            finish(endedBy(CloseReason.BACKEND_RESET));
            return;
        }
        reset(CloseReason.BACKEND_RESET);
    }

    /** Whoever closed it: Netty does so by itself when a write fails, and when both directions are over. */
    private void onFrontendClosed() {
        if (!handshakeOver) {
            failHandshake(left(), "the TCP connection closed");
        } else if (!clientDeaf && !(clientEnded && finSentToClient)) {
            reset(endedBy(CloseReason.CLIENT_RESET));
        }
        onChannelGone();
    }

    private void onBackendClosed() {
        if (phase == Phase.RELAYING || phase == Phase.HALF_CLOSED) {
            if (finSentToBackend || backendEnded) {
                backendEnded = true;
                finish(endedBy(CloseReason.BACKEND_CLOSED));
            } else {
                reset(CloseReason.BACKEND_RESET);
            }
        }
        onChannelGone();
    }

    private CloseReason endedBy(CloseReason otherwise) {
        return firstEnd == null ? otherwise : firstEnd;
    }

    private void onIdleDeadline() {
        Duration idle = settings.timeouts().idle();
        long left = idle.toNanos() - (System.nanoTime() - lastActivity);
        if (left > 0) {
            arm(Duration.ofNanos(left), this::onIdleDeadline);
            return;
        }
        finish(CloseReason.IDLE_TIMEOUT);
    }

    private void watch(TlsSession agreed) {
        ClientHello hello = journal.hello();
        if (!settings.recheckClients() || agreed.clientChain().isEmpty() || hello == null) {
            return;
        }
        watch = new ClientWatch(id, agreed.clientChain(), hello, current, frontend.eventLoop(), this::finish);
        watch.begin();
    }

    /** The configuration is another: would the client be let in now? */
    void judgeClientAgain() {
        if (watch != null && phase != Phase.CLOSED) {
            watch.judge();
        }
    }

    /** Ends the connection from outside. */
    void close(CloseReason why) {
        if (!handshakeOver) {
            failHandshake(FailureReason.DRAINING, "cut at the end of a drain");
            return;
        }
        finish(why);
    }

    // ---- the end

    /** Resets whatever is open, so that nobody takes a cut stream for a whole one. */
    private void reset(CloseReason why) {
        if (!toClosed(why)) {
            return;
        }
        resetBackend();
        if (frontend.isOpen()) {
            frontend.config().setOption(ChannelOption.SO_LINGER, 0);
            frontend.unsafe().close(frontend.voidPromise());
        }
    }

    /** Resets the backend, which has not the whole of what the client meant to say; the client gets its alert. */
    private void cut(CloseReason why) {
        if (toClosed(why)) {
            resetBackend();
            frontend.close();
        }
    }

    private void resetBackend() {
        if (backend != null && backend.isOpen()) {
            backend.config().setOption(ChannelOption.SO_LINGER, 0);
            backend.close();
        }
    }

    private void finish(CloseReason why) {
        if (!toClosed(why)) {
            return;
        }
        frontend.close();
        if (backend != null) {
            backend.close();
        }
    }

    /** Comes before anything is closed: what the closing brings about must not be taken for the reason. */
    private boolean toClosed(CloseReason why) {
        if (phase == Phase.CLOSED) {
            return false;
        }
        phase = Phase.CLOSED;
        reason = why;
        disarm();
        if (watch != null) {
            watch.cancel();
        }
        while (!early.isEmpty()) {
            early.remove().release();
        }
        return true;
    }

    private void onChannelGone() {
        openChannels--;
        if (openChannels > 0) {
            return;
        }
        live.remove(this);
        journal.closed(reason == null ? CloseReason.INTERNAL_ERROR : reason);
    }

    private void arm(Duration delay, Runnable onDeadline) {
        if (!delay.isZero()) {
            timer = frontend.eventLoop().schedule(onDeadline, delay.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void disarm() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private static void shutdownOutput(Channel channel) {
        if (channel.isActive() && !((DuplexChannel) channel).isOutputShutdown()) {
            ((DuplexChannel) channel).shutdownOutput();
        }
    }
}
