package io.sallyport.connection;

import io.sallyport.backend.Backend;
import io.sallyport.backend.BackendServer;
import io.sallyport.handshake.ClientHello;
import io.sallyport.handshake.FailureReason;
import io.sallyport.observe.CloseReason;
import io.sallyport.observe.ConnectionSummary;
import io.sallyport.observe.Direction;
import io.sallyport.observe.FailedHandshake;
import io.sallyport.observe.ListenerMeters.ClientCertificateResult;
import io.sallyport.observe.ListenerMeters.SessionKind;
import io.sallyport.tls.TlsSession;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is known about one connection, and its way into meters and log lines. Decides nothing. */
final class ConnectionJournal {
    private final ListenerSettings settings;
    private final String id;
    private final Instant accepted = Instant.now();
    private final long acceptedNanos = System.nanoTime();

    private String client;
    private @Nullable String proxiedBy;
    private @Nullable ClientHello hello;
    private @Nullable TlsSession session;
    private @Nullable Backend backend;
    private @Nullable BackendServer server;
    private long clientToBackend;
    private long backendToClient;
    private long handshakeNanos = -1;
    private long connectNanos = -1;

    ConnectionJournal(ListenerSettings settings, String id, String client) {
        this.settings = settings;
        this.id = id;
        this.client = client;
    }

    void opened() {
        settings.meters().connectionOpened();
    }

    @Nullable
    TlsSession session() {
        return session;
    }

    @Nullable
    ClientHello hello() {
        return hello;
    }

    /** A PROXY protocol header told who the client is. */
    void proxied(String told) {
        proxiedBy = client;
        client = told;
    }

    void offered(ClientHello offered) {
        hello = offered;
    }

    void passedThrough() {
        settings.meters().handshakePassedThrough();
    }

    void agreed(TlsSession agreed) {
        session = agreed;
        handshakeNanos = System.nanoTime() - acceptedNanos;
        settings.meters()
                .handshakeSucceeded(
                        handshakeNanos,
                        new SessionKind(agreed.version(), agreed.cipher(), agreed.group(), agreed.resumed()),
                        agreed.clientChain().isEmpty()
                                ? ClientCertificateResult.NONE
                                : ClientCertificateResult.VERIFIED);
    }

    void handshakeFailed(FailureReason reason, String detail) {
        settings.meters().handshakeFailed(reason);
        if (reason.isClientCertificate()) {
            settings.meters().clientCertificateRefused();
        }
        // Health checks come by the thousand: they are counted, not told.
        if (reason != FailureReason.BARE_PROBE) {
            settings.log()
                    .handshakeFailed(new FailedHandshake(
                            id,
                            Instant.now(),
                            settings.name(),
                            client,
                            proxiedBy,
                            reason,
                            detail,
                            hello,
                            System.nanoTime() - acceptedNanos));
        }
    }

    void dialled(Backend pool, BackendServer chosen) {
        backend = pool;
        server = chosen;
    }

    void connected(long nanos) {
        connectNanos = nanos;
    }

    void relayed(Direction direction, int bytes) {
        settings.meters().relayed(direction, bytes);
        if (direction == Direction.CLIENT_TO_BACKEND) {
            clientToBackend += bytes;
        } else {
            backendToClient += bytes;
        }
    }

    void closed(CloseReason reason) {
        long total = System.nanoTime() - acceptedNanos;
        settings.meters().connectionClosed(reason, total);
        if (reason != CloseReason.BARE_PROBE) {
            settings.log().connectionClosed(summary(reason, total));
        }
    }

    private ConnectionSummary summary(CloseReason reason, long total) {
        return new ConnectionSummary(
                id,
                accepted,
                settings.name(),
                client,
                proxiedBy,
                hello,
                session == null ? null : tls(session),
                backend == null ? null : backend.name(),
                connectNanos < 0 || server == null ? null : server.toString(),
                clientToBackend,
                backendToClient,
                handshakeNanos,
                connectNanos,
                total,
                reason);
    }

    private static ConnectionSummary.Tls tls(TlsSession session) {
        return new ConnectionSummary.Tls(
                session.version(),
                session.cipher(),
                session.group(),
                session.alpn(),
                session.resumed(),
                session.clientChain().isEmpty()
                        ? null
                        : session.clientChain().get(0).getSubjectX500Principal().getName());
    }
}
