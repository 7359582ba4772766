package io.sallyport.connection;

import io.netty.handler.ssl.SslHandler;
import io.sallyport.accept.HandshakeTurn;
import io.sallyport.backend.Backend;
import io.sallyport.config.value.StartTls;
import io.sallyport.connection.RouteTable.Choice;
import io.sallyport.connection.Session.Admitted;
import io.sallyport.connection.Session.Terminated;
import io.sallyport.connection.relay.Ending;
import io.sallyport.connection.relay.Handlers;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.diagnosis.HandshakeEnd;
import io.sallyport.diagnosis.HandshakeFailure;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.metrics.CloseReason;
import io.sallyport.proxyprotocol.AddressPair;
import io.sallyport.redirect.RedirectOwner;
import io.sallyport.tls.context.ChallengeAnswers;
import io.sallyport.tls.context.TlsContext;
import io.sallyport.tls.context.TlsSession;
import io.sallyport.tls.record.EngineRecordLayer;
import io.sallyport.tls.record.PlainRecordLayer;
import io.sallyport.tls.record.RecordLayer;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From accept to the end of the handshake: PROXY protocol header, ClientHello, route, turn, handshake. Ends once, with an
 * admitted client or with a failure that is in the handshake log.
 */
final class Admission implements RedirectOwner {

    /** Hears how it ends. */
    interface Owner {
        /** What is in service now; the connection keeps to it from here on. */
        ListenerSettings latestSettings();

        /** The client may speak to the backend. Whoever hears this releases the backend. */
        void onAdmitted(Admitted admitted);

        void onEnd(CloseReason why, Ending ending);
    }

    private final Frontend frontend;
    private final Owner owner;
    private ListenerSettings settings;
    private AdmissionStep step;
    private StartTls asked = StartTls.OFF;
    private @Nullable Backend backend;
    private @Nullable TlsContext context;
    private @Nullable SslHandler handshake;
    private @Nullable HandshakeTurn turn;

    /** @param awaitsProxyHeader whether nothing counts before the header that the peer has to send */
    Admission(Frontend frontend, ListenerSettings settings, boolean awaitsProxyHeader, Owner owner) {
        this.frontend = frontend;
        this.settings = settings;
        this.owner = owner;
        this.step = awaitsProxyHeader ? AdmissionStep.PROXY_HEADER : firstOfClient();
    }

    void begin() {
        if (step != AdmissionStep.PROXY_HEADER && isDenied()) {
            return;
        }
        if (settings.plainBackend() != null) {
            hold(settings.plainBackend());
            if (step == AdmissionStep.HELLO) {
                admitPlain();
                return;
            }
        }
        frontend.deadlines().step(Deadlines.handshake(settings.timeouts()), this::onDeadline);
        frontend.channel().read();
    }

    private AdmissionStep firstOfClient() {
        if (settings.redirects() != null) {
            return AdmissionStep.REQUEST;
        }
        return settings.startTls() == StartTls.OFF ? AdmissionStep.HELLO : AdmissionStep.STARTTLS;
    }

    /** Something has come of what the step waits for. */
    @Override
    public void onBytes() {
        step = step.begun();
    }

    // ---- PROXY protocol header

    /** @param endpoints the client's, as the header says; empty: the peer speaks for itself */
    void onProxyHeader(Optional<AddressPair> endpoints) {
        if (step == AdmissionStep.OVER) {
            return;
        }
        step = firstOfClient();
        endpoints.ifPresent(client -> {
            frontend.origin().proxied(client);
            frontend.journal().proxied(frontend.origin().address());
        });
        if (isDenied()) {
            return;
        }
        if (endpoints.isPresent()
                && !frontend.gate().admits(frontend.origin().address(), frontend.channel(), settings)) {
            fail(AdmissionStep.overload("its source has too many connections, or connects too often"));
            return;
        }
        if (settings.plainBackend() != null) {
            admitPlain();
        }
    }

    /** Whether nobody may connect from where the client is known to be now. */
    private boolean isDenied() {
        Optional<String> denial = settings.sources().denial(frontend.origin().address());
        denial.ifPresent(this::onDenied);
        return denial.isPresent();
    }

    /** @param why for the log; the client hears nothing */
    void onDenied(String why) {
        fail(new HandshakeFailure(FailureReason.SOURCE_DENIED, HandshakeEnd.CLOSED, why));
    }

    // ---- plain text before TLS

    /** Whether the client has said nothing yet, and is to begin in plain text. */
    boolean awaitsStartTls() {
        return step == AdmissionStep.STARTTLS;
    }

    /** The client has asked for TLS, and has been told to begin. */
    void onStartTls() {
        asked = settings.startTls();
        step = AdmissionStep.ASKED_HELLO;
    }

    /** The client begins with TLS without asking. */
    void onDirectTls() {
        step = AdmissionStep.HELLO;
    }

    // ---- plain HTTP, which is redirected

    @Override
    public void onAnswered(CloseReason why, String detail) {
        if (step != AdmissionStep.OVER) {
            step = AdmissionStep.OVER;
            frontend.journal().answered(detail);
            owner.onEnd(why, Ending.ANSWERED);
        }
    }

    // ---- ClientHello

    /** A whole ClientHello is here; the caller does what the choice says. */
    Choice onClientHello(ClientHello hello) {
        step = AdmissionStep.TURN;
        frontend.journal().offered(hello);
        return choose(hello);
    }

    private Choice choose(ClientHello hello) {
        // A reload since the accept has freed the contexts of the settings that were in service then.
        settings = owner.latestSettings();
        @Nullable TlsContext proof = settings.challenges().find(hello);
        Choice choice = proof == null ? route(hello) : new Choice.Prove(proof);
        frontend.journal().allows(choice.allowed());
        return choice;
    }

    private Choice route(ClientHello hello) {
        return settings.sources()
                .denial(hello)
                .<Choice>map(Choice.Deny::new)
                .orElseGet(
                        () -> settings.routes().choose(hello, frontend.origin().address()));
    }

    /** What has come is not what has to come, or cannot be served. */
    void onNoClientHello(HandshakeFailure failure) {
        fail(failure);
    }

    // ---- turn

    /**
     * Whether the handshake may begin now ({@code limits.handshakes-in-flight}).
     *
     * @param onTurn called when this connection's turn comes; never when it ends before
     */
    boolean hasTurn(Runnable onTurn) {
        if (turn == null) {
            turn = frontend.gate().turn(onTurn);
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
        return choose(Objects.requireNonNull(frontend.journal().hello()));
    }

    private void shed(String detail) {
        frontend.gate().shed(settings);
        fail(AdmissionStep.overload(detail));
    }

    // ---- handshake

    /** The TLS of the connection ends here; the caller puts the handler into the pipeline. */
    SslHandler onTerminate(Choice.Terminate choice) {
        step = AdmissionStep.HANDSHAKE;
        hold(choice.backend());
        context = choice.context();
        SslHandler handler = context.newHandler(frontend.channel().alloc());
        handshake = handler;
        return handler;
    }

    /** The same for an authority, which reaches no backend; null: the name is not being proved any more. */
    @Nullable
    SslHandler onProve(Choice.Prove choice) {
        @Nullable
        SslHandler handler =
                ChallengeAnswers.handler(choice.context(), frontend.channel().alloc());
        if (handler != null) {
            step = AdmissionStep.HANDSHAKE;
            context = choice.context();
            handshake = handler;
        }
        return handler;
    }

    /** A round of the handshake: BoringSSL tells only now which certificate the client was shown. */
    void onReadComplete() {
        if (context != null && handshake != null) {
            frontend.origin().onHandshaking(context, handshake);
        }
    }

    void onHandshakeSuccess() {
        if (step != AdmissionStep.HANDSHAKE || context == null || handshake == null) {
            return;
        }
        endHandshake();
        TlsSession session = TlsSession.of(handshake, context.clientTrust().isPresent());
        frontend.journal().agreed(session);
        if (backend == null) {
            CloseReason proved = CloseReason.ACME_CHALLENGE;
            owner.onEnd(proved, Ending.of(proved, Ending.Stage.ADMISSION));
            return;
        }
        admit(new EngineRecordLayer(handshake), new Terminated(context, handshake, session));
    }

    void onHandshakeFailure(Throwable cause) {
        if (step == AdmissionStep.HANDSHAKE) {
            fail(cause);
        }
    }

    // ---- admitted

    /** The client speaks plain TCP. The server may be who speaks first, so nothing of the client is waited for. */
    private void admitPlain() {
        frontend.deadlines().endStep();
        step = AdmissionStep.OVER;
        frontend.journal().passedThrough();
        admit(new PlainRecordLayer(frontend.channel()), null);
    }

    /** The TLS of the connection is between the client and the backend. */
    void onPassThrough(Choice.PassThrough choice) {
        endHandshake();
        frontend.journal().passedThrough();
        hold(choice.backend());
        admit(new PlainRecordLayer(frontend.channel()), null);
    }

    private void endHandshake() {
        frontend.deadlines().endStep();
        step = AdmissionStep.OVER;
        endTurn();
        frontend.channel().pipeline().remove(Handlers.TRACE);
    }

    private void admit(RecordLayer records, @Nullable Terminated tls) {
        Backend held = Objects.requireNonNull(backend);
        // An idle connection is kept small.
        backend = null;
        context = null;
        handshake = null;
        turn = null;
        owner.onAdmitted(new Admitted(held, records, tls, asked));
    }

    /** A reload must not free what the dial needs. */
    private void hold(Backend chosen) {
        chosen.retain();
        backend = chosen;
    }

    // ---- failed

    /** The client's FIN. */
    void onEndOfStream() {
        fail(step.left(HandshakeEnd.FIN, "the client's TCP stream ended"));
    }

    /** The channel is closed, whoever did it. */
    void onClosed() {
        fail(step.left(HandshakeEnd.FIN, "the TCP connection closed"));
    }

    void onException(Throwable cause) {
        if (step == AdmissionStep.OVER) {
            return;
        }
        if (cause instanceof IOException && (step.isIdle() || step == AdmissionStep.REST_OF_PROXY_HEADER)) {
            // Load balancers end their health checks with a reset.
            fail(step.left(HandshakeEnd.RESET, String.valueOf(cause.getMessage())));
        } else {
            fail(cause);
        }
    }

    /** The time of the whole connection is over, by this setting. */
    void onEndOfTime(String setting) {
        fail(step.late(setting));
    }

    /** The deadline of a drain has passed. */
    void onDrained() {
        fail(new HandshakeFailure(FailureReason.DRAINING, HandshakeEnd.CLOSED, "cut at the end of a drain"));
    }

    private void onDeadline(String key) {
        if (waitsForTurn()) {
            shed("no turn within " + key);
            return;
        }
        fail(step.late(key));
    }

    private void fail(Throwable cause) {
        HandshakeFailure failure = HandshakeError.of(cause);
        // A key that does not sign fails every handshake: its line says all, and is rate-limited.
        if (failure.reason() == FailureReason.INTERNAL_ERROR && !HandshakeError.isTls(cause)) {
            frontend.errors().log(frontend.id(), cause);
        }
        fail(failure);
    }

    private void fail(HandshakeFailure failure) {
        if (step == AdmissionStep.OVER) {
            return;
        }
        CloseReason why = step.ends(failure.reason());
        step = AdmissionStep.OVER;
        if (why == CloseReason.REQUEST_REFUSED) {
            frontend.journal().answered(failure.detail().text());
        } else {
            frontend.journal().handshakeFailed(failure);
        }
        owner.onEnd(
                why,
                failure.reason() == FailureReason.OVERLOAD ? Ending.OVERLOAD : Ending.of(why, Ending.Stage.ADMISSION));
    }

    /** Gives back what is held, however it ended. */
    void release() {
        endTurn();
        if (backend != null) {
            backend.release();
            backend = null;
        }
    }

    private void endTurn() {
        if (turn != null) {
            turn.end();
        }
    }
}
