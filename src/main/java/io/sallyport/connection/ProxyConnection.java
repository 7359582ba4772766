package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.internal.OutOfDirectMemoryError;
import io.sallyport.accept.HandshakeGate;
import io.sallyport.accept.HandshakeTurn;
import io.sallyport.backend.Backend;
import io.sallyport.backend.BackendServer;
import io.sallyport.backend.Dial;
import io.sallyport.connection.RouteTable.Choice;
import io.sallyport.diagnosis.Failure;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.diagnosis.How;
import io.sallyport.eventloop.Transport;
import io.sallyport.handshake.trace.HandshakeTrace;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.FirstBytes;
import io.sallyport.metrics.BackendMeters.ConnectFailure;
import io.sallyport.metrics.CloseReason;
import io.sallyport.metrics.Direction;
import io.sallyport.proxyprotocol.Endpoints;
import io.sallyport.proxyprotocol.HeaderException;
import io.sallyport.tls.context.TlsContext;
import io.sallyport.tls.context.TlsSession;
import io.sallyport.tls.record.EngineRecordLayer;
import io.sallyport.tls.record.PlainRecordLayer;
import io.sallyport.tls.record.RecordHandler;
import io.sallyport.tls.record.RecordLayer;
import io.sallyport.tls.trust.ClientTrust;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One client and its server: decides what every event of the two channels means.
 *
 * <p>Confined to the event loop that both channels live on. See the package's description for the states.
 */
final class ProxyConnection implements Relay.Owner, Dial.Outcome {

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
    private final HandshakeGate gate;
    private final LiveConnections live;
    private final Channel frontend;
    private final String id;
    private final ClientOrigin origin;
    private final ConnectionJournal journal;
    private Phase phase = Phase.AWAITING_HELLO;
    private boolean awaitsProxyHeader;
    private boolean sawProxyHeaderBytes;
    private boolean sawBytes;
    private boolean handshakeOver;
    private @Nullable Channel backend;
    private @Nullable ChannelPeer client;
    private @Nullable ChannelPeer serverPeer;
    private @Nullable TlsContext context;
    private @Nullable SslHandler handshakeTls;
    private @Nullable Relay relay;
    private @Nullable Backend backendPool;
    private @Nullable Dial dial;
    private @Nullable CloseReason reason;
    private @Nullable HandshakeTurn turn;
    private final Deadlines deadlines;
    private @Nullable Retirement retirement;
    private @Nullable ClientWatch watch;
    private int openChannels = 1;
    private boolean over;

    ProxyConnection(
            Supplier<ListenerSettings> current, HandshakeGate gate, LiveConnections live, Channel frontend, String id) {
        this.settings = current.get();
        this.current = current;
        this.gate = gate;
        this.live = live;
        this.frontend = frontend;
        this.id = id;
        this.origin = new ClientOrigin(frontend);
        this.journal = new ConnectionJournal(settings, id, frontend, origin.address());
        this.deadlines = new Deadlines(frontend.eventLoop());
    }

    String id() {
        return id;
    }

    Phase phase() {
        return phase;
    }

    // ---- handshake

    HandshakeTrace trace() {
        return journal.trace();
    }

    void onAccepted() {
        live.add(this);
        journal.opened();
        frontend.closeFuture().addListener(closed -> onFrontendClosed());
        deadlines.lifetime(
                settings.timeouts().maxLifetime(), () -> endOfTime(CloseReason.MAX_LIFETIME, "timeouts.max-lifetime"));
        Backend plain = settings.plainBackend();
        if (plain != null) {
            hold(plain);
        }
        if (plain != null && !awaitsProxyHeader) {
            onPlain();
            return;
        }
        deadlines.step(Deadlines.handshake(settings.timeouts()), this::onHandshakeDeadline);
        frontend.read();
    }

    /** Whether the client speaks plain TCP. */
    boolean isPlain() {
        return settings.plainBackend() != null;
    }

    /** The server may be who speaks first, so nothing of the client is waited for. */
    private void onPlain() {
        deadlines.endStep();
        handshakeOver = true;
        journal.passedThrough();
        connect(new PlainRecordLayer(frontend), null);
    }

    /** Nothing counts before the header that the peer has to send. */
    void awaitProxyHeader() {
        awaitsProxyHeader = true;
    }

    void onProxyHeaderBytes() {
        sawProxyHeaderBytes = true;
    }

    /** What it says of the client; empty: the peer speaks for itself. */
    void onProxyHeader(Optional<Endpoints> told) {
        awaitsProxyHeader = false;
        told.ifPresent(endpoints -> {
            origin.proxied(endpoints);
            journal.proxied(origin.address());
            if (!gate.admits(origin.address(), frontend, settings)) {
                failHandshake(overload("its source has too many connections, or connects too often"));
            }
        });
        if (isPlain() && phase != Phase.CLOSED) {
            onPlain();
        }
    }

    /** The peer is to send a header, and its first bytes are not one. */
    void onNoProxyHeader(HeaderException why, String firstBytes) {
        failHandshake(
                why.isMissing()
                        ? new Failure(
                                FailureReason.PROXY_HEADER_MISSING,
                                How.GARBAGE,
                                why.getMessage() + ", first bytes " + firstBytes)
                        : new Failure(
                                FailureReason.PROXY_HEADER_MALFORMED, How.GARBAGE, String.valueOf(why.getMessage())));
    }

    /** Without TLS nothing else keeps it from the server. */
    void onUntrustedProxyHeader(FirstBytes kind) {
        if (phase == Phase.CLOSED) {
            return;
        }
        journal.refused(new Failure(FailureReason.UNEXPECTED_PROXY_HEADER, How.GARBAGE, kind.toString()));
        finish(CloseReason.HANDSHAKE_FAILED);
    }

    void onFirstBytes() {
        sawBytes = true;
    }

    /** A whole ClientHello arrived; the caller does what the choice says. */
    Choice onClientHello(ClientHello offered) {
        journal.offered(offered);
        return choose(offered);
    }

    private Choice choose(ClientHello offered) {
        // A reload since the accept has freed the contexts of the settings that were current then.
        settings = current.get();
        keepYoung();
        Choice choice = settings.routes().choose(offered);
        journal.allows(choice.allowed());
        return choice;
    }

    /**
     * Whether the handshake may begin now ({@code limits.handshakes-in-flight}).
     *
     * @param onTurn called when this connection's turn comes; never when it is given up before
     */
    boolean takesTurn(Runnable onTurn) {
        if (turn == null) {
            turn = gate.turn(onTurn);
        }
        HandshakeTurn.State state = turn.take(
                settings.limits().handshakeQueue(), () -> shed("no turn within limits.handshake-queue.deadline"));
        if (state == HandshakeTurn.State.OVER) {
            shed("limits.handshake-queue is full");
        }
        return state == HandshakeTurn.State.UNDER_WAY;
    }

    boolean waitsForTurn() {
        return turn != null && turn.isWaiting();
    }

    /** The wait is over: a reload meanwhile may have decided otherwise. */
    Choice onTurn() {
        return choose(Objects.requireNonNull(journal.hello()));
    }

    private void shed(String detail) {
        gate.shed(settings);
        failHandshake(overload(detail));
    }

    private static Failure overload(String detail) {
        return new Failure(FailureReason.OVERLOAD, How.CLOSED, detail);
    }

    private void endTurn() {
        if (turn != null) {
            turn.end();
        }
    }

    /** The TLS of the connection ends here; the caller puts the handler into the pipeline. */
    SslHandler onTerminate(Choice.Terminate choice) {
        phase = Phase.HANDSHAKING;
        hold(choice.backend());
        context = choice.context();
        SslHandler handler = context.newHandler(frontend.alloc());
        handshakeTls = handler;
        return handler;
    }

    /** The TLS of the connection is between the client and the backend. */
    void onPassThrough(Choice.PassThrough choice) {
        deadlines.endStep();
        endHandshake();
        journal.passedThrough();
        hold(choice.backend());
        connect(new PlainRecordLayer(frontend), null);
    }

    /** The first bytes are not a ClientHello that can be served. */
    void onNoClientHello(Failure failure) {
        failHandshake(failure);
    }

    void onHandshakeSuccess() {
        if (phase != Phase.HANDSHAKING || handshakeTls == null) {
            return;
        }
        deadlines.endStep();
        endHandshake();
        TlsSession agreed = TlsSession.of(handshakeTls);
        journal.agreed(agreed);
        watch(agreed);
        journal.summarizeHello();
        connect(new EngineRecordLayer(handshakeTls), agreed.alpn());
    }

    void onHandshakeFailure(Throwable cause) {
        if (phase == Phase.HANDSHAKING) {
            failHandshake(cause);
        }
    }

    private void onHandshakeDeadline(String key) {
        if (waitsForTurn()) {
            shed("no turn within " + key);
            return;
        }
        failHandshake(new Failure(FailureReason.TIMEOUT, How.TIMEOUT, awaited() + " within " + key));
    }

    private String awaited() {
        if (awaitsProxyHeader) {
            return "no whole PROXY protocol header";
        }
        return phase == Phase.AWAITING_HELLO ? "no whole ClientHello" : "not finished";
    }

    private void failHandshake(Throwable cause) {
        Failure failure = HandshakeError.of(cause);
        // A key that does not sign fails every handshake: its line says all, and is rate-limited.
        if (failure.reason() == FailureReason.INTERNAL_ERROR && !HandshakeError.isTls(cause)) {
            live.internalErrors().tell(id, cause);
        }
        failHandshake(failure);
    }

    private void failHandshake(Failure failure) {
        if (handshakeOver) {
            return;
        }
        handshakeOver = true;
        journal.handshakeFailed(failure);
        if (failure.reason() == FailureReason.OVERLOAD) {
            // Without a word: nothing is wrong with the client, which may try another server.
            reset(CloseReason.HANDSHAKE_FAILED);
            return;
        }
        finish(failure.reason() == FailureReason.BARE_PROBE ? CloseReason.BARE_PROBE : CloseReason.HANDSHAKE_FAILED);
    }

    private void endHandshake() {
        handshakeOver = true;
        endTurn();
        frontend.pipeline().remove(Handlers.TRACE);
    }

    // ---- backend

    /** Keeps what the backend needs for a dial, which a reload would free. */
    private void hold(Backend pool) {
        pool.retain();
        backendPool = pool;
    }

    private void letGo() {
        Backend held = backendPool;
        if (held != null) {
            backendPool = null;
            held.release();
        }
    }

    private void connect(RecordLayer tls, @Nullable String protocol) {
        phase = Phase.CONNECTING;
        // A failed write must not close the channel: what the client said before is still to be read.
        frontend.config().setAutoClose(false);
        client = ChannelPeer.client(frontend, tls);
        relay = new Relay(client, settings.timeouts().halfClose().isZero(), this);
        Backend pool = Objects.requireNonNull(backendPool);
        deadlines.step(
                Deadlines.dial(pool.connectTimeout(), settings.timeouts()), key -> cutShort(CloseReason.IDLE_TIMEOUT));
        journal.dialled(pool);
        dial = Dial.begin(frontend.eventLoop(), pool, new Dial.Request(id, origin.address(), protocol), this);
    }

    @Override
    public void onServerOpened(Channel channel) {
        origin.tell(channel, Objects.requireNonNull(backendPool), id, journal);
    }

    @Override
    public void onServerConnected(Channel channel, RecordLayer records, BackendServer server, long nanos) {
        letGo();
        journal.connected(server, nanos);
        backend = channel;
        openChannels++;
        channel.closeFuture().addListener(closed -> onBackendClosed());
        channel.pipeline().addLast(new BackendHandler(this));
        phase = Phase.RELAYING;
        deadlines.step(settings.timeouts().idle(), this::onIdleDeadline);
        ChannelPeer peer = ChannelPeer.server(channel, records);
        serverPeer = peer;
        relaying().open(peer);
        // A header goes out even where the client waits for the server's first word.
        channel.flush();
    }

    @Override
    public void onServerUnreachable(ConnectFailure last) {
        finish(last.isTls() ? CloseReason.BACKEND_TLS_FAILED : CloseReason.BACKEND_UNREACHABLE);
    }

    // ---- relay

    void onFrontendRead(ByteBuf data) {
        if (relay == null) {
            data.release();
            return;
        }
        relay.onClientData(data);
    }

    void onFrontendReadComplete() {
        if (handshakeTls != null && handshakeOver) {
            takeRecords(handshakeTls);
        } else if (handshakeTls != null && context != null) {
            origin.onHandshaking(context, handshakeTls);
        }
        if (relay != null) {
            relay.onClientReadComplete();
        }
    }

    /** SslHandler has made the handshake and is between two reads: our own record path can take over. */
    private void takeRecords(SslHandler handler) {
        handshakeTls = null;
        ChannelHandlerContext ctx = frontend.pipeline().context(handler);
        if (ctx == null || client == null || phase == Phase.CLOSED) {
            return;
        }
        if (!settings.directRecords()) {
            EngineRecordLayer engine = new EngineRecordLayer(handler);
            engine.follow(ctx, Handlers.RECORD_FRAMING);
            client.use(engine);
            return;
        }
        RecordHandler records = RecordHandler.replace(ctx, Handlers.TLS, handler);
        if (records != null) {
            client.use(records);
        }
    }

    void onFrontendWritabilityChanged() {
        if (relay != null) {
            relay.onClientWritabilityChanged();
        }
    }

    void onBackendRead(ByteBuf data) {
        relaying().onBackendData(data);
    }

    void onBackendReadComplete() {
        relaying().onBackendReadComplete();
    }

    void onBackendWritabilityChanged() {
        relaying().onBackendWritabilityChanged();
    }

    /** What the backend's channel tells of comes after its dial, and that after the relay. */
    private Relay relaying() {
        return Objects.requireNonNull(relay);
    }

    @Override
    public void onBytes(Direction direction, int bytes) {
        journal.relayed(direction, bytes);
    }

    @Override
    public void onEstablished() {
        gate.establish(frontend, backend);
    }

    // ---- ends of stream

    void onFrontendCloseNotify() {
        if (relay != null) {
            relay.onClientCloseNotify();
        }
    }

    /** The client's FIN. */
    void onFrontendEndOfStream() {
        switch (phase) {
            case AWAITING_HELLO, HANDSHAKING -> failHandshake(left(How.FIN, "the client's TCP stream ended"));
            case CONNECTING, RELAYING, HALF_CLOSED -> relaying().onClientFin();
            case CLOSED -> {}
        }
    }

    private Failure left(How how, String detail) {
        if (awaitsProxyHeader && sawProxyHeaderBytes) {
            return new Failure(FailureReason.PROXY_HEADER_MALFORMED, how, detail);
        }
        if (!sawBytes) {
            return new Failure(FailureReason.BARE_PROBE, how, detail);
        }
        return new Failure(
                journal.hello() == null ? FailureReason.CLIENT_HELLO_INCOMPLETE : FailureReason.CLIENT_LEFT,
                how,
                detail);
    }

    /** The backend's close_notify, or its FIN. */
    void onBackendEndOfStream() {
        relaying().onBackendEnd();
    }

    /** A write to the backend failed. */
    void onBackendOutputShutdown() {
        relaying().onBackendFailed();
    }

    /** A write to the client failed. */
    void onFrontendOutputShutdown() {
        if (relay != null) {
            relay.onClientFailed();
        }
    }

    @Override
    public void onHalfClosed() {
        if (phase != Phase.RELAYING) {
            return;
        }
        phase = Phase.HALF_CLOSED;
        Deadlines.Bound end = Deadlines.end(settings.timeouts());
        if (!end.time().isZero()) {
            deadlines.step(end, key -> cutShort(CloseReason.HALF_CLOSE_TIMEOUT));
        }
    }

    @Override
    public void onRelayed(CloseReason firstEnd) {
        finish(firstEnd);
    }

    @Override
    public void onBroken(CloseReason why) {
        switch (why) {
            case BACKEND_RESET, BACKEND_TRUNCATED, BACKEND_TLS_ERROR -> resetClientOnceDelivered(why);
            case TRUNCATED, CLIENT_TLS_ERROR -> cut(why);
            default -> resetServerOnceDelivered(why);
        }
    }

    // ---- failures

    void onFrontendException(Throwable cause) {
        if (phase == Phase.CLOSED) {
            return;
        }
        if (!handshakeOver) {
            if (sawBytes) {
                failHandshake(cause);
            } else {
                // Load balancers end their health checks with a reset.
                failHandshake(left(How.RESET, String.valueOf(cause.getMessage())));
            }
            return;
        }
        // First: to Java it is an I/O error too, but a reset would take the alert with it.
        if (HandshakeError.isTls(cause)) {
            cut(CloseReason.CLIENT_TLS_ERROR);
            return;
        }
        if (cause instanceof IOException) {
            if (relay == null) {
                reset(CloseReason.CLIENT_RESET);
            } else {
                relay.onClientFailed();
            }
            return;
        }
        reset(unexpected(cause));
    }

    void onBackendException(Throwable cause) {
        if (phase == Phase.CLOSED) {
            return;
        }
        if (HandshakeError.isTls(cause)) {
            relaying().onBackendTlsError();
            return;
        }
        if (!(cause instanceof IOException)) {
            reset(unexpected(cause));
            return;
        }
        relaying().onBackendFailed();
    }

    private CloseReason unexpected(Throwable cause) {
        if (cause instanceof OutOfDirectMemoryError) {
            // One connection's buffer, and no fault: what is left is for the others.
            return CloseReason.OUT_OF_MEMORY;
        }
        live.internalErrors().tell(id, cause);
        return CloseReason.INTERNAL_ERROR;
    }

    /** Ends a connection that may not last longer, by this setting. */
    private void endOfTime(CloseReason why, String setting) {
        if (handshakeOver) {
            cutShort(why);
        } else {
            failHandshake(new Failure(FailureReason.TIMEOUT, How.TIMEOUT, awaited() + " within " + setting));
        }
    }

    /** A reload has put something else into service: what this connection has may be replaced by now. */
    void retire(Predicate<ListenerSettings> isReplaced, Duration maxAge) {
        if (phase == Phase.CLOSED) {
            return;
        }
        if (!isReplaced.test(settings)) {
            // A reload that was taken back: it has what new connections get.
            keepYoung();
            return;
        }
        if (retirement == null) {
            retirement = new Retirement(frontend.eventLoop(), () -> endOfTime(CloseReason.MAX_AGE, "reload.max-age"));
        }
        retirement.after(maxAge);
    }

    private void keepYoung() {
        if (retirement != null) {
            retirement.cancel();
            retirement = null;
        }
    }

    /** Whoever closed it: Netty does so by itself when a write fails, and when both directions are over. */
    private void onFrontendClosed() {
        if (!handshakeOver) {
            failHandshake(left(How.FIN, "the TCP connection closed"));
        } else if (relay == null) {
            reset(CloseReason.CLIENT_RESET);
        } else {
            relay.onClientClosed();
        }
        onChannelGone();
    }

    private void onBackendClosed() {
        relaying().onBackendClosed();
        onChannelGone();
    }

    private void onIdleDeadline() {
        long left = settings.timeouts().idle().toNanos() - relaying().idleNanos();
        if (left > 0) {
            giveUpWhenIdle(frontend);
            giveUpWhenIdle(backend);
            deadlines.step(Duration.ofNanos(left), this::onIdleDeadline);
            return;
        }
        cutShort(CloseReason.IDLE_TIMEOUT);
    }

    /**
     * What its peer sends keeps a connection from being idle, however long ago this side has vanished. Most connections end
     * sooner, and are spared the two system calls. The kernel counts from the oldest byte that is not acknowledged, which is
     * older than the last one relayed: with the same time it would be first with connections that are idle.
     */
    private void giveUpWhenIdle(@Nullable Channel channel) {
        if (channel instanceof SocketChannel tcp) {
            Transport.of(tcp.eventLoop())
                    .giveUpAfter(tcp, settings.timeouts().idle().multipliedBy(2));
        }
    }

    private void watch(TlsSession agreed) {
        ClientHello hello = journal.hello();
        ClientTrust judge = context == null ? null : context.clientTrust().orElse(null);
        if (!settings.recheckClients() || agreed.clientChain().isEmpty() || hello == null || judge == null) {
            return;
        }
        watch = new ClientWatch(
                id,
                settings.name(),
                agreed.clientChain(),
                judge,
                () -> current.get().routes().clientTrust(hello),
                frontend.eventLoop(),
                live.judgements(),
                this::cutShort);
        watch.begin();
    }

    /** The configuration is another: would the client be let in now? It is judged later, after others. */
    void judgeClientAgain() {
        if (watch != null && phase != Phase.CLOSED) {
            watch.onReload();
        }
    }

    /** Ends the connection from outside. */
    void close(CloseReason why) {
        if (!handshakeOver) {
            failHandshake(new Failure(FailureReason.DRAINING, How.CLOSED, "cut at the end of a drain"));
            return;
        }
        cutShort(why);
    }

    // ---- the end

    /** Ends what the peers have not ended, so that neither takes a cut stream for a whole one. */
    private void cutShort(CloseReason why) {
        if (!toClosed(why)) {
            return;
        }
        if (relay == null || client == null || relay.owesClientNothing()) {
            frontend.close();
        } else {
            client.cut();
        }
        if (relay == null || relay.clientEnded()) {
            closeBackend();
        } else if (why == CloseReason.IDLE_TIMEOUT && serverPeer != null) {
            serverPeer.cut();
        } else {
            resetBackend();
        }
    }

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
            if (serverPeer != null) {
                serverPeer.resetOnceDelivered();
            }
            frontend.close();
        }
    }

    /** The server is gone, and the client has not the whole of its answer. */
    private void resetClientOnceDelivered(CloseReason why) {
        if (client != null && toClosed(why)) {
            resetBackend();
            client.resetOnceDelivered();
        }
    }

    /** The client is gone, and the server need not work for it any longer. */
    private void resetServerOnceDelivered(CloseReason why) {
        if (client != null && toClosed(why)) {
            if (serverPeer != null) {
                serverPeer.resetOnceDelivered();
            }
            client.reset();
        }
    }

    private void resetBackend() {
        if (backend != null && serverPeer != null && backend.isOpen()) {
            backend.config().setOption(ChannelOption.SO_LINGER, 0);
            serverPeer.cut();
        }
    }

    private void finish(CloseReason why) {
        if (!toClosed(why)) {
            return;
        }
        if (client != null && relay != null && !relay.clientEnded()) {
            client.closeDiscarding();
        } else {
            frontend.close();
        }
        closeBackend();
    }

    private void closeBackend() {
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
        deadlines.end();
        endTurn();
        keepYoung();
        if (watch != null) {
            watch.cancel();
        }
        if (dial != null) {
            dial.cancel();
        }
        letGo();
        if (relay != null) {
            relay.release();
        }
        // A client that left during the dial has closed its channel long ago.
        endIfOver();
        return true;
    }

    private void onChannelGone() {
        openChannels--;
        endIfOver();
    }

    /** Once: both channels are closed, and no dial can open another. */
    private void endIfOver() {
        if (over || openChannels > 0 || phase != Phase.CLOSED) {
            return;
        }
        over = true;
        live.remove(this);
        journal.closed(reason == null ? CloseReason.INTERNAL_ERROR : reason);
    }
}
