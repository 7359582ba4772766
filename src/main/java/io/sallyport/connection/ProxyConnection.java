package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.sallyport.accept.HandshakeGate;
import io.sallyport.accesslog.ConnectionSummary;
import io.sallyport.connection.Session.Admitted;
import io.sallyport.connection.Session.Terminated;
import io.sallyport.connection.relay.Ending;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.diagnosis.HandshakeEnd;
import io.sallyport.diagnosis.HandshakeFailure;
import io.sallyport.handshake.trace.HandshakeTrace;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.FirstBytes;
import io.sallyport.metrics.CloseReason;
import io.sallyport.redirect.Redirects;
import io.sallyport.starttls.StartTlsServer;
import io.sallyport.starttls.StartTlsServers;
import io.sallyport.tls.trust.ClientTrust;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One client and its server, from accept to close: hands what the client's channel reports to the {@link Admission} or the
 * {@link Session}, and ends both sides once.
 *
 * <p>Confined to the event loop that both channels live on.
 */
final class ProxyConnection implements OpenConnection, Admission.Owner, Session.Owner {

    /** How far a connection has come; never goes back. */
    enum Phase {
        ADMISSION,
        SESSION,
        /** The reason is fixed; a channel is still open. */
        CLOSING,
        CLOSED
    }

    private final Supplier<ListenerSettings> inService;
    private final LiveConnections live;
    private final Frontend frontend;
    private final Admission admission;
    private ListenerSettings settings;
    private Phase phase = Phase.ADMISSION;
    private @Nullable Session session;
    private @Nullable CloseReason reason;
    private @Nullable Retirement retirement;
    private @Nullable ClientWatch watch;

    /**
     * A connection that was accepted and has done nothing yet.
     *
     * @param inService the listener's settings, which a reload replaces
     * @param awaitsProxyHeader whether its peer has to send a PROXY protocol header first
     */
    ProxyConnection(
            Supplier<ListenerSettings> inService,
            HandshakeGate gate,
            LiveConnections live,
            Channel channel,
            String id,
            boolean awaitsProxyHeader,
            Sockets sockets) {
        this.inService = inService;
        this.settings = inService.get();
        this.live = live;
        ClientOrigin origin = new ClientOrigin(channel);
        this.frontend = new Frontend(
                id,
                channel,
                sockets.client(channel),
                origin,
                new ConnectionJournal(settings, id, channel, origin.address()),
                new Deadlines(channel.eventLoop()),
                gate,
                live.internalErrors(),
                sockets);
        this.admission = new Admission(frontend, settings, awaitsProxyHeader, this);
    }

    Phase phase() {
        return phase;
    }

    void onAccepted() {
        live.add(this);
        frontend.journal().opened();
        frontend.channel().closeFuture().addListener(closed -> onClientClosed());
        frontend.deadlines()
                .lifetime(
                        settings.timeouts().maxLifetime(),
                        () -> onEndOfTime(CloseReason.MAX_LIFETIME, "timeouts.max-lifetime"));
        admission.begin();
    }

    /** Whether the client speaks plain TCP. */
    boolean isPlain() {
        return settings.plainBackend() != null;
    }

    /** What the client's request gets; null: it is to speak TLS, or any other protocol in plain. */
    @Nullable
    Redirects redirects() {
        return settings.redirects();
    }

    /** What is said to the client before TLS, by the settings that its admission goes by; null: nothing. */
    @Nullable
    StartTlsServer startTls() {
        return StartTlsServers.of(settings.startTls(), settings.greetingName());
    }

    /** Of the handshake; only until it ends. */
    HandshakeTrace trace() {
        return frontend.journal().trace();
    }

    // ---- admission

    Admission admission() {
        return admission;
    }

    @Override
    public ListenerSettings latestSettings() {
        settings = inService.get();
        cancelRetirement();
        return settings;
    }

    @Override
    public void onAdmitted(Admitted admitted) {
        phase = Phase.SESSION;
        session = new Session(frontend, settings, admitted, this);
        Terminated tls = admitted.tls();
        if (tls != null) {
            watch(tls);
            frontend.journal().summarizeHello();
        }
        session.begin(tls == null ? null : tls.session().alpn());
    }

    private void watch(Terminated tls) {
        ClientHello hello = frontend.journal().hello();
        SocketAddress client = frontend.origin().address();
        ClientTrust trust = tls.context().clientTrust().orElse(null);
        if (!settings.recheckClients() || tls.session().clientChain().isEmpty() || hello == null || trust == null) {
            return;
        }
        watch = new ClientWatch(
                frontend.id(),
                settings.name(),
                tls.session().clientChain(),
                trust,
                () -> inService.get().routes().clientTrust(hello, client),
                frontend.loop(),
                live.judgements(),
                this::close);
        watch.begin();
    }

    // ---- what the client's channel reports

    void onClientData(ByteBuf data) {
        if (session == null) {
            data.release();
            return;
        }
        session.onClientData(data);
    }

    void onClientReadComplete() {
        if (session != null) {
            session.onClientReadComplete();
        } else if (phase == Phase.ADMISSION) {
            admission.onReadComplete();
        }
    }

    void onClientWritabilityChanged() {
        if (session != null) {
            session.onClientWritabilityChanged();
        }
    }

    void onHandshakeSuccess() {
        admission.onHandshakeSuccess();
    }

    void onHandshakeFailure(Throwable cause) {
        admission.onHandshakeFailure(cause);
    }

    void onClientCloseNotify() {
        if (session != null) {
            session.onClientCloseNotify();
        }
    }

    /** The client's FIN. */
    void onClientEndOfStream() {
        if (session == null) {
            admission.onEndOfStream();
        } else {
            session.onClientFin();
        }
    }

    /** A write to the client failed. */
    void onClientOutputShutdown() {
        if (session != null) {
            session.onClientOutputShutdown();
        }
    }

    void onClientException(Throwable cause) {
        if (session == null) {
            admission.onException(cause);
        } else {
            session.onClientException(cause);
        }
    }

    /** A client without TLS begins with a PROXY protocol header that it has no right to: the server could believe it. */
    void onUntrustedProxyHeader(FirstBytes kind) {
        if (phase == Phase.SESSION && session != null) {
            frontend.journal()
                    .refused(new HandshakeFailure(
                            FailureReason.UNEXPECTED_PROXY_HEADER, HandshakeEnd.GARBAGE, kind.toString()));
            session.end(CloseReason.HANDSHAKE_FAILED);
        }
    }

    private void onClientClosed() {
        if (session == null) {
            admission.onClosed();
        } else {
            session.onClientClosed();
        }
        endIfBothAreClosed();
    }

    // ---- what the process decides

    @Override
    public void close(CloseReason why) {
        if (session == null) {
            admission.onDrained();
        } else {
            session.end(why);
        }
    }

    @Override
    public void retire(Predicate<ListenerSettings> isReplaced, Duration maxAge) {
        if (phase.compareTo(Phase.CLOSING) >= 0) {
            return;
        }
        if (!isReplaced.test(settings)) {
            // A reload that was taken back: it has what new connections get.
            cancelRetirement();
            return;
        }
        if (retirement == null) {
            retirement = new Retirement(frontend.loop(), () -> onEndOfTime(CloseReason.MAX_AGE, "reload.max-age"));
        }
        retirement.after(maxAge);
    }

    private void cancelRetirement() {
        if (retirement != null) {
            retirement.cancel();
            retirement = null;
        }
    }

    private void onEndOfTime(CloseReason why, String setting) {
        if (session == null) {
            admission.onEndOfTime(setting);
        } else {
            session.end(why);
        }
    }

    @Override
    public void judgeClientAgain() {
        if (watch != null && phase == Phase.SESSION) {
            watch.onReload();
        }
    }

    // ---- what is told of it while it is open

    @Override
    public String id() {
        return frontend.id();
    }

    @Override
    public String listener() {
        return settings.name();
    }

    @Override
    public @Nullable InetAddress source() {
        return frontend.journal().source();
    }

    @Override
    public long bytes() {
        return frontend.journal().bytes();
    }

    @Override
    public ConnectionSummary summary() {
        return frontend.journal().soFar();
    }

    // ---- the end

    /** Comes before anything is closed: what the closing brings about must not be taken for the reason. */
    @Override
    public void onEnd(CloseReason why, Ending ending) {
        if (phase.compareTo(Phase.CLOSING) >= 0) {
            return;
        }
        phase = Phase.CLOSING;
        reason = why;
        frontend.deadlines().end();
        cancelRetirement();
        if (watch != null) {
            watch.cancel();
        }
        admission.release();
        if (session != null) {
            session.release();
        }
        ending.apply(frontend.client(), session == null ? null : session.server());
        // A client that left during the dial has closed its channel long ago.
        endIfBothAreClosed();
    }

    @Override
    public void onServerGone() {
        endIfBothAreClosed();
    }

    private void endIfBothAreClosed() {
        if (phase != Phase.CLOSING
                || reason == null
                || frontend.channel().isOpen()
                || (session != null && !session.isServerGone())) {
            return;
        }
        phase = Phase.CLOSED;
        live.remove(this);
        frontend.journal().closed(reason);
    }
}
