package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.sallyport.connection.RelayDirection.Sink;
import io.sallyport.connection.RelayDirection.Source;
import io.sallyport.metrics.CloseReason;
import io.sallyport.metrics.Direction;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The bytes between a client and its server, each way on its own, and the end of each stream.
 *
 * <p>What comes before the server is connected waits here. A peer whose connection fails is read from until nothing is left:
 * a server that answers and closes with the request unread sends a reset behind its answer. Confined to the event loop of both
 * peers.
 */
final class Relay {

    /** Whoever decides what becomes of the connection. */
    interface Owner {
        /** Bytes are on their way to the kernel. */
        void onBytes(Direction direction, int bytes);

        /** More has been relayed than by a client that connects, asks once and leaves. */
        void onEstablished();

        /** A stream has ended. */
        void onHalfClosed();

        /** Both streams have ended, and everything that was under way is with the kernel. */
        void onRelayed(CloseReason firstEnd);

        /** The end of a stream is missing for good, and what came before is with the kernel. */
        void onBroken(CloseReason why);
    }

    private static final int RELAYS_OF_A_PROBE = 4;

    private final Peer client;
    private final boolean endsAtOnce;
    private final Owner owner;
    private final RelayDirection toBackend = new RelayDirection(Direction.CLIENT_TO_BACKEND);
    private final RelayDirection toClient = new RelayDirection(Direction.BACKEND_TO_CLIENT);
    private final Queue<ByteBuf> early = new ArrayDeque<>(2);

    private @Nullable Peer backend;
    private @Nullable CloseReason firstEnd;
    private @Nullable CloseReason clientFailure;
    private boolean released;
    private long relays;
    private long lastActivity;

    /**
     * Holds what the client sends until {@link #open}.
     *
     * @param endsAtOnce whether the end of one stream ends the other ({@code timeouts.half-close = 0s})
     */
    Relay(Peer client, boolean endsAtOnce, Owner owner) {
        this.client = client;
        this.endsAtOnce = endsAtOnce;
        this.owner = owner;
        toBackend.comesFrom(client);
        toClient.goesTo(client);
    }

    /** The server is connected: what waited goes first. */
    void open(Peer connected) {
        backend = connected;
        toBackend.goesTo(connected);
        toClient.comesFrom(connected);
        lastActivity = System.nanoTime();
        while (!early.isEmpty()) {
            toBackend.write(early.remove());
        }
        flush(toBackend);
        connected.read();
        if (toBackend.isSourceOpen()) {
            toBackend.read();
        } else {
            endToBackend();
        }
    }

    /** Lets go of what waits; nothing is relayed any more. */
    void release() {
        released = true;
        while (!early.isEmpty()) {
            early.remove().release();
        }
    }

    /** Since the last byte in either direction. */
    long idleNanos() {
        return System.nanoTime() - lastActivity;
    }

    boolean clientEnded() {
        return !toBackend.isSourceOpen();
    }

    /** Whether nothing of the server's is missing at the client, or can reach it. */
    boolean owesClientNothing() {
        return !toClient.isSourceOpen() || toClient.isDiscarding();
    }

    CloseReason endedBy(CloseReason otherwise) {
        return firstEnd == null ? otherwise : firstEnd;
    }

    // ---- data

    void onClientData(ByteBuf data) {
        if (released) {
            data.release();
        } else if (backend == null) {
            early.add(data);
        } else {
            toBackend.write(data);
        }
    }

    void onClientReadComplete() {
        if (released || backend == null) {
            return;
        }
        flush(toBackend);
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

    void onBackendWritabilityChanged() {
        if (!released) {
            toBackend.read();
        }
    }

    void onBackendData(ByteBuf data) {
        if (released) {
            data.release();
        } else {
            toClient.write(data);
        }
    }

    void onBackendReadComplete() {
        if (!released) {
            flush(toClient);
            toClient.read();
        }
    }

    void onClientWritabilityChanged() {
        if (!released) {
            toClient.read();
        }
    }

    private void flush(RelayDirection direction) {
        int bytes = direction.unflushed();
        if (bytes == 0) {
            return;
        }
        relays++;
        if (relays == RELAYS_OF_A_PROBE) {
            owner.onEstablished();
        }
        owner.onBytes(direction.direction(), bytes);
        lastActivity = System.nanoTime();
        direction.flush();
    }

    // ---- ends of stream

    /** SslHandler's close event: the client's close_notify, or our own on its way out. */
    void onClientCloseNotify() {
        if (client.isInboundClosed()) {
            clientEnded(Source.ENDED);
        }
    }

    /** The client's FIN. */
    void onClientFin() {
        if (released || !toBackend.isSourceOpen()) {
            return;
        }
        if (clientFailure != null) {
            breakOff(toBackend, clientFailure);
        } else if (client.isInboundClosed()) {
            clientEnded(Source.ENDED);
        } else if (client.isMidRecord()) {
            breakOff(toBackend, CloseReason.TRUNCATED);
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
        flush(toBackend);
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
    void onBackendEnd() {
        Peer from = backend;
        if (released || from == null || !toClient.isSourceOpen()) {
            return;
        }
        if (toBackend.sink() == Sink.FAILED) {
            breakOff(toClient, CloseReason.BACKEND_RESET);
            return;
        }
        boolean whole = from.isInboundClosed();
        if (!whole && from.isMidRecord()) {
            breakOff(toClient, CloseReason.BACKEND_TRUNCATED);
            return;
        }
        toClient.sourceEnded(whole ? Source.ENDED : Source.CUT);
        firstEnd(whole ? CloseReason.BACKEND_CLOSED : CloseReason.BACKEND_TRUNCATED);
        owner.onHalfClosed();
        flush(toClient);
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
        // Where both streams are over, the close that comes now brings the FIN.
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
            owner.onBroken(clientFailure);
        } else if (firstEnd != null && (over || (endsAtOnce && isEnding()))) {
            owner.onRelayed(firstEnd);
        }
    }

    /** A client that takes no more is no reason to leave a server that has not ended: its FIN may be on the way. */
    private boolean isOver(RelayDirection direction) {
        return switch (direction.sink()) {
            case OPEN, ENDING -> false;
            case ENDED -> true;
            case LEFT -> !direction.isSourceOpen();
            case FAILED -> !direction.isSourceOpen() || direction == toBackend;
        };
    }

    /** Whether either peer has been told of the other's end; what fails after that is a part of the end. */
    private boolean isEnding() {
        return toBackend.sink() == Sink.ENDED
                || toClient.sink() == Sink.ENDED
                || (toClient.sink() == Sink.LEFT && backend != null);
    }

    // ---- failures

    /** The client's connection has failed. What it said before is still read, as far as the backend takes it at once. */
    void onClientFailed() {
        if (released || clientFailure != null) {
            return;
        }
        clientFailure = isEnding() ? endedBy(CloseReason.CLIENT_RESET) : CloseReason.CLIENT_RESET;
        toClient.sink(Sink.FAILED);
        if (!toBackend.isSourceOpen()) {
            // Its whole request is here: it is delivered first, by a dial that is under way if need be.
            endIfDone();
        } else if (backend == null) {
            breakOff(toBackend, clientFailure);
        } else {
            owner.onHalfClosed();
            drainClient();
            toClient.read();
        }
    }

    private void drainClient() {
        if (clientFailure != null && toBackend.isSourceOpen() && backend != null && !backend.isWritable()) {
            // Whoever reset the connection waits for nothing: neither does the backend.
            breakOff(toBackend, clientFailure);
        } else {
            toBackend.read();
        }
    }

    /** The client's channel is closed: nothing of it can be read any more. */
    void onClientClosed() {
        if (released || toClient.sink() == Sink.LEFT || (clientEnded() && toClient.sink() == Sink.ENDED)) {
            return;
        }
        onClientFailed();
        if (!released && clientFailure != null && toBackend.isSourceOpen()) {
            breakOff(toBackend, clientFailure);
        }
    }

    /** The backend's connection has failed. What it said before is still read, as the client takes it. */
    void onBackendFailed() {
        if (released || backend == null || toBackend.sink() == Sink.FAILED) {
            return;
        }
        toBackend.sink(Sink.FAILED);
        if (owesClientNothing()) {
            backendOver();
            return;
        }
        owner.onHalfClosed();
        toClient.read();
        toBackend.read();
    }

    /** The backend's channel is closed: nothing of it can be read any more. */
    void onBackendClosed() {
        if (released || backend == null) {
            return;
        }
        toBackend.sink(Sink.FAILED);
        if (owesClientNothing()) {
            backendOver();
        } else {
            breakOff(toClient, CloseReason.BACKEND_RESET);
        }
    }

    private void backendOver() {
        if (toClient.isSourceOpen()) {
            toClient.sourceEnded(Source.BROKEN);
        }
        firstEnd(CloseReason.BACKEND_RESET);
        endIfDone();
        if (!released) {
            toBackend.read();
        }
    }

    /** The backend broke TLS: what came before is good, and goes to the client. */
    void onBackendTlsError() {
        if (!released && toClient.isSourceOpen()) {
            breakOff(toClient, CloseReason.BACKEND_TLS_ERROR);
        }
    }

    /** The end of a stream will not come. Before anybody is told by a reset, what came before it is flushed. */
    private void breakOff(RelayDirection direction, CloseReason why) {
        direction.sourceEnded(Source.BROKEN);
        if (direction == toBackend || toClient.sink() != Sink.OPEN) {
            owner.onBroken(why);
            return;
        }
        toBackend.sink(Sink.FAILED);
        owner.onHalfClosed();
        flush(toClient);
        client.flushed().addListener(flushed -> owner.onBroken(why));
        // A client that is still sending must get to where it reads the answer.
        toBackend.read();
    }
}
