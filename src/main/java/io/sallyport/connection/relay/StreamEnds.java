package io.sallyport.connection.relay;

import io.netty.util.concurrent.Future;
import io.sallyport.connection.relay.Ending.Stage;
import io.sallyport.connection.relay.RelayDirection.Sink;
import io.sallyport.connection.relay.RelayDirection.Source;
import io.sallyport.metrics.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * The ends of a relay's two streams: passes each on behind the last byte, and says when nothing is left to wait for.
 *
 * <p>A peer whose connection fails is read from until nothing is left: a server that answers and closes with the request
 * unread sends a reset behind its answer.
 */
public final class StreamEnds {
    private final Peer client;
    private final RelayDirection toBackend;
    private final RelayDirection toClient;
    private final boolean endsAtOnce;
    private final RelayOwner owner;

    private @Nullable Peer backend;
    private @Nullable CloseReason firstEnd;
    private @Nullable CloseReason clientFailure;
    private @Nullable CloseReason serverFailure;
    private boolean released;

    StreamEnds(Peer client, RelayDirection toBackend, RelayDirection toClient, boolean endsAtOnce, RelayOwner owner) {
        this.client = client;
        this.toBackend = toBackend;
        this.toClient = toClient;
        this.endsAtOnce = endsAtOnce;
        this.owner = owner;
    }

    /** The server is connected. The client's stream may have ended before. */
    void open(Peer connected) {
        backend = connected;
        if (toBackend.isSourceOpen()) {
            toBackend.read();
        } else {
            endToBackend();
        }
    }

    /** Nothing is reported any more. */
    void release() {
        released = true;
    }

    boolean isReleased() {
        return released;
    }

    /** How far the streams have come. */
    public Stage stage() {
        if (toClient.source() == Source.BROKEN && toClient.sink() == Sink.OPEN) {
            return Stage.SERVER_FAILED;
        }
        if (owesServerNothing()) {
            return owesClientNothing() ? Stage.BOTH_ENDED : Stage.CLIENT_ENDED;
        }
        return owesClientNothing() ? Stage.SERVER_ENDED : Stage.OPEN;
    }

    /** Whether the client's stream has ended, and the server, if there is one, has all of it. */
    private boolean owesServerNothing() {
        return !toBackend.isSourceOpen()
                && (backend == null || toBackend.sink() == Sink.ENDED || toBackend.sink() == Sink.FAILED);
    }

    /** Whether nothing of the server's is missing at the client, or can reach it. */
    private boolean owesClientNothing() {
        return !toClient.isSourceOpen() || toClient.isDiscarding();
    }

    void onClientReadComplete() {
        if (backend == null) {
            return;
        }
        if (toBackend.isSourceOpen()
                && !toClient.isSourceOpen()
                && !client.isFullDuplex()
                && client.isInboundClosed()) {
            // Once our own close_notify is out, SslHandler has no event for the client's.
            onClientCloseNotify();
            return;
        }
        drainClient();
    }

    /** SslHandler's close event: the client's close_notify, or our own on its way out. */
    public void onClientCloseNotify() {
        if (client.isInboundClosed()) {
            clientEnded(Source.ENDED);
        }
    }

    /** The client's FIN. */
    public void onClientFin() {
        if (released || !toBackend.isSourceOpen()) {
            return;
        }
        if (clientFailure != null) {
            clientBroke(clientFailure, Stage.CLIENT_FAILED);
        } else if (client.isInboundClosed()) {
            clientEnded(Source.ENDED);
        } else if (client.isMidRecord()) {
            clientBroke(CloseReason.TRUNCATED, Stage.CLIENT_CUT);
        } else {
            clientEnded(Source.CUT);
        }
    }

    private void clientEnded(Source how) {
        if (released || !toBackend.isSourceOpen()) {
            return;
        }
        toBackend.sourceEnded(how);
        if (how == Source.ENDED && !client.isFullDuplex() && toClient.sink() != Sink.ENDED) {
            toClient.sink(Sink.LEFT);
        }
        firstEnd(how == Source.ENDED ? CloseReason.CLIENT_CLOSED : CloseReason.TRUNCATED);
        if (backend != null) {
            endToBackend();
        }
    }

    private void endToBackend() {
        owner.onHalfClosed();
        if (toClient.sink() == Sink.LEFT) {
            client.close();
        }
        toBackend.flush();
        Peer to = backend;
        if (to == null || toBackend.sink() != Sink.OPEN) {
            endIfDone();
            return;
        }
        toBackend.sink(Sink.ENDING);
        // The client sent FIN without close_notify: a close_notify to the backend would make a cut request look whole.
        to.sendEnd(toBackend.source() == Source.ENDED).addListener(sent -> onEndAtBackend(to, sent));
    }

    private void onEndAtBackend(Peer to, Future<?> sent) {
        if (released || toBackend.sink() != Sink.ENDING) {
            return;
        }
        if (!sent.isSuccess()) {
            onBackendFailed();
            return;
        }
        to.shutdownOutput();
        toBackend.sink(Sink.ENDED);
        endIfDone();
        if (!released) {
            toClient.read();
        }
    }

    /** The backend's close_notify, or its FIN. */
    public void onBackendEnd() {
        Peer from = backend;
        if (released || from == null || !toClient.isSourceOpen()) {
            return;
        }
        if (toBackend.sink() == Sink.FAILED) {
            serverBroke(CloseReason.BACKEND_RESET);
            return;
        }
        boolean whole = from.isInboundClosed();
        if (!whole && from.isMidRecord()) {
            serverBroke(CloseReason.BACKEND_TRUNCATED);
            return;
        }
        toClient.sourceEnded(whole ? Source.ENDED : Source.CUT);
        firstEnd(whole ? CloseReason.BACKEND_CLOSED : CloseReason.BACKEND_TRUNCATED);
        owner.onHalfClosed();
        toClient.flush();
        if (toClient.sink() != Sink.OPEN) {
            endIfDone();
            return;
        }
        toClient.sink(Sink.ENDING);
        client.sendEnd(whole).addListener(this::onEndAtClient);
    }

    private void onEndAtClient(Future<?> sent) {
        if (released || toClient.sink() != Sink.ENDING) {
            return;
        }
        if (!sent.isSuccess()) {
            onClientFailed();
            return;
        }
        // Where both streams are over, the FIN comes with the close, in one segment less.
        if (!isOver(toBackend) || !client.isInputShutdown()) {
            client.shutdownOutput();
        }
        toClient.sink(Sink.ENDED);
        endIfDone();
    }

    private void firstEnd(CloseReason end) {
        if (firstEnd == null) {
            firstEnd = end;
        }
    }

    private void endIfDone() {
        if (released) {
            return;
        }
        boolean over = isOver(toBackend) && isOver(toClient);
        if (clientFailure != null && !over && isOver(toBackend)) {
            // The request is delivered, and nobody takes the answer.
            owner.onEnd(clientFailure, Stage.CLIENT_FAILED);
        } else if (firstEnd != null && (over || (endsAtOnce && isEnding()))) {
            owner.onEnd(firstEnd, stage());
        }
    }

    /** Where only the client takes no more, the server's end is still waited for: its FIN may be on the way. */
    private boolean isOver(RelayDirection direction) {
        return switch (direction.sink()) {
            case OPEN, ENDING -> false;
            case ENDED -> true;
            case LEFT -> !direction.isSourceOpen();
            case FAILED -> !direction.isSourceOpen() || direction == toBackend;
        };
    }

    /** Whether one peer has the other's end already: a failure after that is part of the end, and not its reason. */
    private boolean isEnding() {
        return toBackend.sink() == Sink.ENDED
                || toClient.sink() == Sink.ENDED
                || (toClient.sink() == Sink.LEFT && backend != null);
    }

    // ---- failures

    /** The client's connection has failed. What it sent before is still read, as long as the backend takes it at once. */
    public void onClientFailed() {
        if (released || clientFailure != null) {
            return;
        }
        if (serverFailure != null) {
            clientFailure = serverFailure;
        } else {
            clientFailure = firstEnd != null && isEnding() ? firstEnd : CloseReason.CLIENT_RESET;
        }
        toClient.sink(Sink.FAILED);
        if (!toBackend.isSourceOpen()) {
            // Its whole request is here, and is delivered first, even if the server is still dialled.
            endIfDone();
        } else if (backend == null) {
            clientBroke(clientFailure, Stage.CLIENT_FAILED);
        } else {
            owner.onHalfClosed();
            drainClient();
            toClient.read();
        }
    }

    private void drainClient() {
        if (clientFailure != null && toBackend.isSourceOpen() && backend != null && !backend.isWritable()) {
            // A client that reset its connection waits for nothing, so nothing is held for a slow backend.
            clientBroke(clientFailure, Stage.CLIENT_FAILED);
        } else {
            toBackend.read();
        }
    }

    /** The client's channel is closed: nothing of it can be read any more. */
    public void onClientClosed() {
        if (released || toClient.sink() == Sink.LEFT || (!toBackend.isSourceOpen() && toClient.sink() == Sink.ENDED)) {
            return;
        }
        onClientFailed();
        if (!released && clientFailure != null && toBackend.isSourceOpen()) {
            clientBroke(clientFailure, Stage.CLIENT_FAILED);
        }
    }

    /** The backend's connection has failed. What it sent before is still read and relayed. */
    public void onBackendFailed() {
        if (released || backend == null || toBackend.sink() == Sink.FAILED) {
            return;
        }
        serverFailed();
        if (owesClientNothing()) {
            backendOver();
            return;
        }
        owner.onHalfClosed();
        toClient.read();
        toBackend.read();
    }

    /** The backend's channel is closed: nothing of it can be read any more. */
    public void onBackendClosed() {
        if (released || backend == null) {
            return;
        }
        if (toBackend.sink() == Sink.ENDED && serverFailure == null && toClient.isSourceOpen()) {
            // Its FIN, behind ours: a failure would have been told first.
            onBackendEnd();
            return;
        }
        serverFailed();
        if (owesClientNothing()) {
            backendOver();
        } else {
            serverBroke(CloseReason.BACKEND_RESET);
        }
    }

    /** @return why: of two failures the first is the reason */
    private CloseReason serverFailed() {
        toBackend.sink(Sink.FAILED);
        if (serverFailure == null) {
            serverFailure = clientFailure == null ? CloseReason.BACKEND_RESET : clientFailure;
        }
        return serverFailure;
    }

    private void backendOver() {
        if (toClient.isSourceOpen()) {
            toClient.sourceEnded(Source.BROKEN);
        }
        firstEnd(serverFailed());
        endIfDone();
        if (!released) {
            toBackend.read();
        }
    }

    /** A record of the backend does not decrypt, or it sent a fatal alert: what came before is good, and is relayed. */
    public void onBackendTlsError() {
        if (!released && toClient.isSourceOpen()) {
            serverBroke(CloseReason.BACKEND_TLS_ERROR);
        }
    }

    /** The rest of the client's stream will not come. */
    private void clientBroke(CloseReason why, Stage stage) {
        toBackend.sourceEnded(Source.BROKEN);
        owner.onEnd(why, stage);
    }

    /** The rest of the server's stream will not come. What came before is flushed, so that the reset does not overtake it. */
    private void serverBroke(CloseReason how) {
        CloseReason why = clientFailure == null || serverFailure != null ? how : clientFailure;
        toClient.sourceEnded(Source.BROKEN);
        if (toClient.sink() != Sink.OPEN) {
            owner.onEnd(why, Stage.SERVER_FAILED);
            return;
        }
        toBackend.sink(Sink.FAILED);
        serverFailure = why;
        owner.onHalfClosed();
        toClient.flush();
        client.flushed().addListener(flushed -> {
            if (!released) {
                owner.onEnd(why, Stage.SERVER_FAILED);
            }
        });
        // A client that is still sending must get to where it reads the answer.
        toBackend.read();
    }
}
