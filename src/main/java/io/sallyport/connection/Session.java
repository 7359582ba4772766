package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.internal.OutOfDirectMemoryError;
import io.sallyport.backend.Backend;
import io.sallyport.backend.BackendServer;
import io.sallyport.backend.Dial;
import io.sallyport.config.value.StartTls;
import io.sallyport.connection.relay.Ending;
import io.sallyport.connection.relay.Ending.Stage;
import io.sallyport.connection.relay.Handlers;
import io.sallyport.connection.relay.Peer;
import io.sallyport.connection.relay.Relay;
import io.sallyport.connection.relay.RelayOwner;
import io.sallyport.connection.relay.StreamEnds;
import io.sallyport.metrics.BackendMeters.ConnectFailure;
import io.sallyport.metrics.CloseReason;
import io.sallyport.metrics.Direction;
import io.sallyport.tls.context.TlsContext;
import io.sallyport.tls.context.TlsSession;
import io.sallyport.tls.record.EngineRecordLayer;
import io.sallyport.tls.record.RecordHandler;
import io.sallyport.tls.record.RecordLayer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An admitted client and its server: the dial, the record layer of the client, and the relay. */
final class Session implements RelayOwner, Dial.Callback, BackendEvents {

    /** How far it has come. */
    private enum Step {
        DIALLING,
        /** Every server is full. */
        WAITING,
        RELAYING,
        HALF_CLOSED,
        OVER
    }

    /** Hears how it ends. */
    interface Owner {
        void onEnd(CloseReason why, Ending ending);

        /** The channel to the server is closed. */
        void onServerGone();
    }

    /**
     * A client that may speak to a backend.
     *
     * @param backend retained for one dial
     * @param records what its bytes are framed by
     * @param tls null: its TLS does not end here
     * @param asked how it has asked for its TLS
     */
    record Admitted(
            Backend backend, RecordLayer records, @Nullable Terminated tls, StartTls asked) {}

    /** The TLS of a client that ends here. */
    record Terminated(TlsContext context, SslHandler handler, TlsSession session) {}

    private final Frontend frontend;
    private final ListenerSettings settings;
    private final Owner owner;
    private final Relay relay;
    private final StreamEnds ends;
    private final StartTls asked;
    private final boolean isTerminated;
    private Backend pool;
    private Step step = Step.DIALLING;
    private String said = "";
    private @Nullable SslHandler handshake;
    private @Nullable Runnable cancelDial;
    private @Nullable Channel backend;
    private @Nullable Peer server;

    Session(Frontend frontend, ListenerSettings settings, Admitted admitted, Owner owner) {
        this.frontend = frontend;
        this.settings = settings;
        this.owner = owner;
        this.pool = admitted.backend();
        this.asked = admitted.asked();
        this.isTerminated = admitted.tls() != null;
        this.handshake = admitted.tls() == null ? null : admitted.tls().handler();
        this.relay = new Relay(
                frontend.client(),
                settings.timeouts().halfClose().isZero(),
                this,
                frontend.loop().ticker());
        this.ends = relay.ends();
        frontend.client().use(admitted.records());
    }

    // ---- dial

    /** @param protocol the application protocol that the client agreed on; null: none */
    void begin(@Nullable String protocol) {
        // A failed write must not close the channel: what the client said before is still to be read.
        frontend.channel().config().setAutoClose(false);
        frontend.deadlines()
                .step(Deadlines.dial(pool.connectTimeout(), settings.timeouts()), key -> end(CloseReason.IDLE_TIMEOUT));
        frontend.journal().dialled(pool);
        Dial.Request request = frontend.asks(protocol, asked, isTerminated, Deadlines.place(settings.timeouts()));
        Runnable cancel = frontend.sockets().dial(frontend.loop(), pool, request, this);
        if (step.compareTo(Step.RELAYING) < 0) {
            cancelDial = cancel;
        }
    }

    @Override
    public void onServerFull() {
        step = Step.WAITING;
        watchClient();
    }

    @Override
    public void onServerRoom(Backend serving, long waitedNanos) {
        step = Step.DIALLING;
        if (serving != pool) {
            pool.release();
            pool = serving;
        }
        frontend.journal().waited(waitedNanos);
    }

    @Override
    public void onNoRoom(boolean isLate, long waitedNanos) {
        frontend.journal().waited(waitedNanos);
        end(isLate ? CloseReason.QUEUE_TIMEOUT : CloseReason.QUEUE_FULL);
    }

    /** Reads on, so that a client that leaves is noticed, as long as little of it has to be held. */
    private void watchClient() {
        if (step == Step.WAITING && relay.mayHoldMore()) {
            frontend.client().read();
        }
    }

    @Override
    public void onServerOpened(Channel channel) {
        frontend.origin().announce(channel, pool, frontend.id(), frontend.journal());
    }

    @Override
    public void onServerSaid(String words) {
        said = words;
    }

    @Override
    public void onServerConnected(Channel channel, RecordLayer records, BackendServer reached, long nanos) {
        cancelDial = null;
        pool.release();
        frontend.journal().connected(reached, nanos);
        backend = channel;
        channel.closeFuture().addListener(closed -> {
            ends.onBackendClosed();
            owner.onServerGone();
        });
        channel.pipeline().addLast(new BackendHandler(this));
        step = Step.RELAYING;
        frontend.deadlines().step(settings.timeouts().idle(), this::onIdleDeadline);
        server = frontend.sockets().server(channel, records);
        relay.open(server);
        if (!said.isEmpty()) {
            relay.onBackendData(Unpooled.copiedBuffer(said, StandardCharsets.ISO_8859_1));
            relay.onBackendReadComplete();
            said = "";
        }
        // A header goes out even where the client waits for the server's first word.
        channel.flush();
    }

    @Override
    public void onServerUnreachable(ConnectFailure last) {
        end(last.isTls() ? CloseReason.BACKEND_TLS_FAILED : CloseReason.BACKEND_UNREACHABLE, ends.stage());
    }

    /** Null before the dial is done. */
    @Nullable
    Peer server() {
        return server;
    }

    boolean isServerGone() {
        return backend == null || !backend.isOpen();
    }

    // ---- the client's side

    void onClientData(ByteBuf data) {
        relay.onClientData(data);
    }

    void onClientReadComplete() {
        if (handshake != null) {
            SslHandler handler = handshake;
            handshake = null;
            replaceRecordLayer(handler);
        }
        relay.onClientReadComplete();
        watchClient();
    }

    /** SslHandler has made the handshake and is between two reads: our own record path can take over. */
    private void replaceRecordLayer(SslHandler handler) {
        ChannelHandlerContext ctx = frontend.channel().pipeline().context(handler);
        if (ctx == null || step == Step.OVER) {
            return;
        }
        if (!settings.directRecords()) {
            EngineRecordLayer engine = new EngineRecordLayer(handler);
            engine.follow(ctx, Handlers.RECORD_FRAMING);
            frontend.client().use(engine);
            return;
        }
        RecordHandler records = RecordHandler.replace(ctx, Handlers.TLS, handler);
        if (records != null) {
            frontend.client().use(records);
        }
    }

    void onClientWritabilityChanged() {
        relay.onClientWritabilityChanged();
    }

    void onClientCloseNotify() {
        ends.onClientCloseNotify();
    }

    void onClientFin() {
        ends.onClientFin();
        leaveLine();
    }

    /** TLS ends one direction by close_notify alone: who closes TCP, too, waits for no answer, and its place is for the next. */
    private void leaveLine() {
        if (step == Step.WAITING && isTerminated) {
            end(CloseReason.QUEUE_LEFT);
        }
    }

    /** A write to the client failed. */
    void onClientOutputShutdown() {
        ends.onClientFailed();
        leaveLine();
    }

    /** Whoever closed it: Netty does so by itself when both directions are over. */
    void onClientClosed() {
        ends.onClientClosed();
        leaveLine();
    }

    void onClientException(Throwable cause) {
        if (step == Step.OVER) {
            return;
        }
        // First: to Java it is an I/O error too, but a reset would take the alert with it.
        if (HandshakeError.isTls(cause)) {
            end(CloseReason.CLIENT_TLS_ERROR, Stage.CLIENT_CUT);
        } else if (cause instanceof IOException) {
            ends.onClientFailed();
            leaveLine();
        } else {
            onUnexpected(cause);
        }
    }

    // ---- the backend's side

    @Override
    public void onBackendData(ByteBuf data) {
        relay.onBackendData(data);
    }

    @Override
    public void onBackendReadComplete() {
        relay.onBackendReadComplete();
    }

    @Override
    public void onBackendWritabilityChanged() {
        relay.onBackendWritabilityChanged();
    }

    @Override
    public void onBackendEndOfStream() {
        ends.onBackendEnd();
    }

    @Override
    public void onBackendOutputShutdown() {
        ends.onBackendFailed();
    }

    @Override
    public void onBackendDown() {
        end(CloseReason.BACKEND_DOWN);
    }

    @Override
    public void onBackendException(Throwable cause) {
        if (step == Step.OVER) {
            return;
        }
        if (HandshakeError.isTls(cause)) {
            ends.onBackendTlsError();
        } else if (cause instanceof IOException) {
            ends.onBackendFailed();
        } else {
            onUnexpected(cause);
        }
    }

    private void onUnexpected(Throwable cause) {
        if (cause instanceof OutOfDirectMemoryError) {
            // One connection's buffer, and no fault: what is left is for the others.
            end(CloseReason.OUT_OF_MEMORY, ends.stage());
            return;
        }
        frontend.errors().log(frontend.id(), cause);
        end(CloseReason.INTERNAL_ERROR, ends.stage());
    }

    // ---- the relay

    @Override
    public void onBytes(Direction direction, int bytes) {
        frontend.journal().relayed(direction, bytes);
    }

    @Override
    public void onEstablished() {
        frontend.gate().establish(frontend.channel(), backend);
    }

    @Override
    public void onHalfClosed() {
        if (step != Step.RELAYING) {
            return;
        }
        step = Step.HALF_CLOSED;
        Deadlines.Bound bound = Deadlines.end(settings.timeouts());
        if (!bound.time().isZero()) {
            frontend.deadlines().step(bound, key -> end(CloseReason.HALF_CLOSE_TIMEOUT));
        }
    }

    @Override
    public void onEnd(CloseReason why, Stage stage) {
        end(why, stage);
    }

    // ---- the end

    private void onIdleDeadline() {
        long left = settings.timeouts().idle().toNanos() - relay.idleNanos();
        if (left > 0) {
            Deadlines.giveUpWhenIdle(settings.timeouts(), frontend.channel(), backend);
            frontend.deadlines().step(Duration.ofNanos(left), this::onIdleDeadline);
            return;
        }
        end(CloseReason.IDLE_TIMEOUT);
    }

    /** Ends what the peers have not ended by themselves. */
    void end(CloseReason why) {
        end(why, ends.stage());
    }

    private void end(CloseReason why, Stage stage) {
        if (step != Step.OVER) {
            owner.onEnd(why, Ending.of(why, stage));
        }
    }

    /** Gives back what is held, and reports nothing any more. */
    void release() {
        if (step.compareTo(Step.RELAYING) < 0) {
            pool.release();
        }
        step = Step.OVER;
        if (cancelDial != null) {
            cancelDial.run();
            cancelDial = null;
        }
        relay.release();
    }
}
