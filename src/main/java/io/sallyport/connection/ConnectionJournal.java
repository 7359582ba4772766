package io.sallyport.connection;

import io.netty.channel.Channel;
import io.sallyport.accesslog.ClientOffer;
import io.sallyport.accesslog.ConnectionSummary;
import io.sallyport.accesslog.HandshakeReport;
import io.sallyport.backend.Backend;
import io.sallyport.backend.BackendServer;
import io.sallyport.diagnosis.Allowed;
import io.sallyport.diagnosis.Diagnosis;
import io.sallyport.diagnosis.FailedHandshake;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.diagnosis.HandshakeFailure;
import io.sallyport.handshake.trace.HandshakeTrace;
import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.metrics.CloseReason;
import io.sallyport.metrics.Direction;
import io.sallyport.metrics.ListenerMeters.ClientCertificateResult;
import io.sallyport.metrics.ListenerMeters.SessionKind;
import io.sallyport.tls.context.TlsSession;
import io.sallyport.tls.x509.DistinguishedName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** What is known about one connection, and its way into meters and log lines. Decides nothing. */
final class ConnectionJournal {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.connection");

    private final ListenerSettings settings;
    private final String id;
    private final Channel frontend;
    private final Instant accepted = Instant.now();
    private final long acceptedNanos = System.nanoTime();

    /** Null after the handshake: it would be the largest part of an idle connection. */
    private @Nullable HandshakeTrace trace = HandshakeTrace.ofServer(acceptedNanos);

    private SocketAddress source;
    private @Nullable String proxiedBy;
    private @Nullable ClientHello hello;
    private @Nullable ClientOffer offer;
    private @Nullable Allowed allowed;
    private @Nullable TlsSession session;
    private @Nullable Backend backend;
    private @Nullable BackendServer server;
    private long clientToBackend;
    private long backendToClient;
    private long handshakeNanos = -1;
    private long queueNanos = -1;
    private long connectNanos = -1;
    private boolean suppressed;

    /** @param source the client, as its socket says */
    ConnectionJournal(ListenerSettings settings, String id, Channel frontend, SocketAddress source) {
        this.settings = settings;
        this.id = id;
        this.frontend = frontend;
        this.source = source;
    }

    void opened() {
        settings.meters().connectionOpened();
        if (LOG.isDebugEnabled()) {
            debug().addKeyValue("client", AddressText.of(source)).log("accepted");
        }
    }

    @Nullable
    TlsSession session() {
        return session;
    }

    @Nullable
    ClientHello hello() {
        return hello;
    }

    /** The handshake is over. A ClientHello has up to 16 KiB, which an idle connection must not hold. */
    void summarizeHello() {
        offer = offer();
        hello = null;
        allowed = null;
    }

    @Nullable
    ClientOffer offer() {
        return hello == null ? offer : ClientOffer.of(hello);
    }

    /** A PROXY protocol header names the client. */
    void proxied(SocketAddress client) {
        proxiedBy = AddressText.of(source);
        source = client;
    }

    /** Of the handshake; only until it ends. */
    HandshakeTrace trace() {
        return Objects.requireNonNull(trace);
    }

    void offered(ClientHello offered) {
        hello = offered;
        trace().onClientHello(offered);
    }

    /** What the client may choose from; null where its TLS does not end here. */
    void allows(@Nullable Allowed offer) {
        allowed = offer;
    }

    void passedThrough() {
        trace = null;
        summarizeHello();
        settings.meters().handshakePassedThrough();
    }

    /** It spoke plain HTTP, and gets no more than an answer, or not even that. */
    void answered(String detail) {
        passedThrough();
        if (LOG.isDebugEnabled()) {
            debug().addKeyValue("detail", detail).log("plain HTTP is over");
        }
    }

    void agreed(TlsSession agreed) {
        session = agreed;
        handshakeNanos = System.nanoTime() - acceptedNanos;
        settings.meters()
                .handshakeSucceeded(
                        handshakeNanos,
                        new SessionKind(agreed.version(), agreed.cipher(), agreed.group(), agreed.resumed()),
                        result(agreed));
        if (LOG.isDebugEnabled()) {
            debug().addKeyValue("version", agreed.version())
                    .addKeyValue("server_name", hello == null ? null : hello.serverName())
                    .log("handshake done");
        }
        HandshakeTrace traced = trace();
        trace = null;
        if (settings.log().wantsSuccess(source(), hello == null ? null : hello.serverName())) {
            settings.log().handshakeEnded(report(traced.snapshot(), null, ""));
        }
    }

    void handshakeFailed(HandshakeFailure failure) {
        HandshakeTrace traced = trace();
        trace = null;
        report(failure, traced, settings.meters()::handshakeFailed);
    }

    /** Ends a connection without TLS, which has passed through before its first bytes came. */
    void refused(HandshakeFailure failure) {
        report(failure, HandshakeTrace.ofServer(acceptedNanos), settings.meters()::refused);
    }

    private void report(HandshakeFailure failure, HandshakeTrace traced, Consumer<FailureReason> meter) {
        FailedHandshake failed = new FailedHandshake(failure, hello, allowed, traced, Instant.now());
        FailureReason reason = failed.reason();
        meter.accept(reason);
        if (reason.isClientCertificate()) {
            settings.meters().clientCertificateRefused();
        }
        // Health checks come by the thousand: they are counted, not logged.
        if (reason == FailureReason.BARE_PROBE) {
            return;
        }
        suppressed = !settings.log().admitsFailure(source(), frontend.eventLoop());
        if (!suppressed) {
            HandshakeTranscript transcript = traced.snapshot();
            settings.log()
                    .handshakeEnded(report(
                            transcript,
                            failed.diagnose(transcript),
                            failure.detail().text()));
        }
    }

    private HandshakeReport report(HandshakeTranscript transcript, @Nullable Diagnosis diagnosis, String detail) {
        return new HandshakeReport(
                id,
                Instant.now(),
                settings.name(),
                AddressText.of(source),
                proxiedBy,
                source(),
                hello,
                allowed,
                diagnosis,
                detail,
                session == null ? null : tls(session),
                transcript,
                System.nanoTime() - acceptedNanos);
    }

    @Nullable
    InetAddress source() {
        return source instanceof InetSocketAddress inet ? inet.getAddress() : null;
    }

    void dialled(Backend pool) {
        backend = pool;
    }

    /** For room at a server, all in all. */
    void waited(long nanos) {
        queueNanos = nanos;
    }

    void connected(BackendServer reached, long nanos) {
        server = reached;
        connectNanos = nanos;
        if (LOG.isDebugEnabled()) {
            debug().addKeyValue("server", reached.toString()).log("connected to the backend");
        }
    }

    /** For a connection that hangs: its line in the access log comes only at its end. */
    private LoggingEventBuilder debug() {
        return LOG.atDebug().addKeyValue("connection", id).addKeyValue("listener", settings.name());
    }

    void relayed(Direction direction, int bytes) {
        settings.meters().relayed(direction, bytes);
        if (direction == Direction.CLIENT_TO_BACKEND) {
            clientToBackend += bytes;
        } else {
            backendToClient += bytes;
        }
    }

    /** Plaintext, both ways. */
    long bytes() {
        return clientToBackend + backendToClient;
    }

    void closed(CloseReason reason) {
        long total = System.nanoTime() - acceptedNanos;
        settings.meters().connectionClosed(reason, total);
        // A flood of failed handshakes, whose lines are suppressed, must not fill the log with the ends of its
        // connections.
        if (reason != CloseReason.BARE_PROBE && !suppressed) {
            settings.log().connectionClosed(summary(reason, total));
        }
    }

    ConnectionSummary soFar() {
        return summary(null, System.nanoTime() - acceptedNanos);
    }

    private ConnectionSummary summary(@Nullable CloseReason reason, long total) {
        return new ConnectionSummary(
                id,
                accepted,
                settings.name(),
                AddressText.of(source),
                proxiedBy,
                offer(),
                session == null ? null : tls(session),
                backend == null ? null : backend.name(),
                server == null ? null : server.toString(),
                clientToBackend,
                backendToClient,
                handshakeNanos,
                queueNanos,
                connectNanos,
                total,
                reason);
    }

    private static ClientCertificateResult result(TlsSession agreed) {
        if (agreed.clientChain().isEmpty()) {
            return ClientCertificateResult.NONE;
        }
        return agreed.verified() ? ClientCertificateResult.VERIFIED : ClientCertificateResult.UNVERIFIED;
    }

    private static ConnectionSummary.Tls tls(TlsSession session) {
        return new ConnectionSummary.Tls(
                session.version(),
                session.cipher(),
                session.group(),
                session.alpn(),
                session.resumed(),
                session.verified(),
                session.clientChain().isEmpty()
                        ? null
                        : DistinguishedName.display(session.clientChain().get(0).getSubjectX500Principal()));
    }
}
