package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.sallyport.memory.DirectMemory;
import io.sallyport.observe.CloseReason;
import io.sallyport.observe.Direction;
import io.sallyport.tls.RecordLayer;
import io.sallyport.transport.Transport;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The bytes between a client and its server, each way on its own, and the end of each stream.
 *
 * <p>Reads of one side follow the writability of the other, so that memory is bounded however slow a peer is. What comes
 * before the server is connected waits here. Confined to the event loop of both channels.
 */
final class Relay {

    /** Whoever decides what becomes of the connection. */
    interface Owner {
        /** More has been relayed than by a client that connects, asks once and leaves. */
        void onEstablished();

        /** A stream has ended. */
        void onHalfClosed();

        /** Both streams have ended, and everything that was under way is on its way out. */
        void onRelayed(CloseReason firstEnd);
    }

    private static final int RELAYS_OF_A_PROBE = 4;

    private final Channel frontend;
    private final ConnectionJournal journal;
    private final boolean endsAtOnce;
    private final Owner owner;
    private final Queue<ByteBuf> early = new ArrayDeque<>(2);

    private RecordLayer tls;
    private @Nullable Channel backend;
    private @Nullable RecordLayer backendTls;
    private @Nullable CloseReason firstEnd;

    private boolean clientEnded;
    private boolean clientCut;
    private boolean clientDeaf;
    private boolean backendEnded;
    private boolean finSentToBackend;
    private boolean finSentToClient;
    private boolean backendTakesNoMore;
    private boolean released;
    private long relays;

    private int unflushedToBackend;
    private int unflushedToClient;
    private long lastActivity;

    /**
     * Holds what the client sends until {@link #open}.
     *
     * @param endsAtOnce whether the end of one stream ends the other ({@code timeouts.half-close = 0s})
     */
    Relay(Channel frontend, RecordLayer tls, ConnectionJournal journal, boolean endsAtOnce, Owner owner) {
        this.frontend = frontend;
        this.tls = tls;
        this.journal = journal;
        this.endsAtOnce = endsAtOnce;
        this.owner = owner;
    }

    void use(RecordLayer records) {
        tls = records;
    }

    /** The server is connected: what waited goes first. */
    void open(Channel connected, RecordLayer records) {
        backend = connected;
        backendTls = records;
        lastActivity = System.nanoTime();
        while (!early.isEmpty()) {
            toBackend(early.remove());
        }
        flushToBackend();
        connected.read();
        if (clientEnded) {
            endClientToBackend();
            return;
        }
        readFrontend();
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
        return clientEnded;
    }

    boolean backendEnded() {
        return backendEnded;
    }

    /** Whether either peer has been told of the other's end; what fails after that is a part of the end. */
    boolean isEnding() {
        return finSentToBackend || finSentToClient;
    }

    boolean isDoneWithClient() {
        return clientDeaf || (clientEnded && finSentToClient);
    }

    boolean isDoneWithBackend() {
        return finSentToBackend || backendEnded;
    }

    /** Whether nothing of the server's is missing at the client, or can reach it. */
    boolean owesClientNothing() {
        return backendEnded || clientDeaf;
    }

    CloseReason endedBy(CloseReason otherwise) {
        return firstEnd == null ? otherwise : firstEnd;
    }

    // ---- client to backend

    void onClientData(ByteBuf data) {
        if (released) {
            data.release();
        } else if (backend == null) {
            early.add(data);
        } else {
            toBackend(data);
        }
    }

    void onClientReadComplete() {
        if (released || backend == null) {
            return;
        }
        flushToBackend();
        if (!clientEnded && backendEnded && !tls.isFullDuplex() && tls.isInboundClosed()) {
            // Once our own close_notify is out, SslHandler has no event for the client's.
            onClientCloseNotify();
            return;
        }
        readFrontend();
    }

    void onBackendWritabilityChanged() {
        readFrontend();
    }

    private void toBackend(ByteBuf data) {
        if (backend == null || backendTakesNoMore || finSentToBackend) {
            data.release();
            return;
        }
        unflushedToBackend += data.readableBytes();
        DirectMemory.share().apply(backend);
        backend.write(data, backend.voidPromise());
    }

    private void flushToBackend() {
        if (backend == null || unflushedToBackend == 0) {
            return;
        }
        relayed(Direction.CLIENT_TO_BACKEND, unflushedToBackend);
        unflushedToBackend = 0;
        backend.flush();
    }

    private void readFrontend() {
        if (!released && !clientEnded && !backendTakesNoMore && backend != null && backend.isWritable()) {
            frontend.read();
        }
    }

    // ---- backend to client

    void onBackendData(ByteBuf data) {
        if (released || finSentToClient || clientDeaf) {
            data.release();
            return;
        }
        unflushedToClient += data.readableBytes();
        DirectMemory.share().apply(frontend);
        frontend.write(data, frontend.voidPromise());
    }

    void onBackendReadComplete() {
        if (released) {
            return;
        }
        if (unflushedToClient > 0) {
            relayed(Direction.BACKEND_TO_CLIENT, unflushedToClient);
            unflushedToClient = 0;
            frontend.flush();
        }
        readBackend();
    }

    void onClientWritabilityChanged() {
        readBackend();
    }

    private void readBackend() {
        if (!released && !backendEnded && backend != null && (frontend.isWritable() || clientDeaf)) {
            backend.read();
        }
    }

    private void relayed(Direction direction, int bytes) {
        relays++;
        if (relays == RELAYS_OF_A_PROBE) {
            owner.onEstablished();
        }
        journal.relayed(direction, bytes);
        lastActivity = System.nanoTime();
    }

    // ---- ends of stream

    /** SslHandler's close event: the client's close_notify, or our own on its way out. */
    void onClientCloseNotify() {
        if (tls.isInboundClosed()) {
            onClientEnd(true);
        }
    }

    /** Whether the client's FIN comes in the middle of a record, which no backend may take for an end. */
    boolean isCutByFin() {
        return tls.isMidRecord() && !tls.isInboundClosed();
    }

    void onClientFin() {
        onClientEnd(tls.isInboundClosed());
    }

    private void onClientEnd(boolean clean) {
        if (clientEnded || released) {
            return;
        }
        clientEnded = true;
        clientCut = !clean;
        clientDeaf = clean && !tls.isFullDuplex();
        ended(clean ? CloseReason.CLIENT_CLOSED : CloseReason.TRUNCATED);
        if (backend != null) {
            endClientToBackend();
        }
    }

    private void endClientToBackend() {
        owner.onHalfClosed();
        if (clientDeaf) {
            // Netty's engine has closed both directions: nothing more can reach the client.
            finSentToClient = true;
            frontend.close();
        }
        flushToBackend();
        if (backend == null || backendTls == null || backendTakesNoMore) {
            finSentToBackend = true;
            endIfDone();
            return;
        }
        Channel to = backend;
        // Of a client that only stopped nobody shall say that it came to its end.
        Future<?> end = clientCut ? to.writeAndFlush(Unpooled.EMPTY_BUFFER) : backendTls.closeOutbound();
        end.addListener(flushed -> {
            shutdownOutput(to);
            finSentToBackend = true;
            endIfDone();
            readBackend();
        });
    }

    /** Whether the backend's FIN comes in the middle of a record, which no client may take for an end. */
    boolean isCutByBackendFin() {
        return backendTls != null && !backendEnded && backendTls.isMidRecord() && !backendTls.isInboundClosed();
    }

    void onBackendEnd() {
        if (backendEnded || released) {
            return;
        }
        backendEnded = true;
        boolean clean = backendTls == null || backendTls.isInboundClosed();
        ended(clean ? CloseReason.BACKEND_CLOSED : CloseReason.BACKEND_TRUNCATED);
        owner.onHalfClosed();
        onBackendReadComplete();
        if (finSentToClient) {
            endIfDone();
            return;
        }
        holdUntilFin(frontend);
        Future<?> end = clean ? tls.closeOutbound() : frontend.writeAndFlush(Unpooled.EMPTY_BUFFER);
        end.addListener(sent -> {
            if (!finSentToBackend || !((DuplexChannel) frontend).isInputShutdown()) {
                shutdownOutput(frontend);
            }
            // Else both streams are over, and the close that comes now brings the FIN.
            finSentToClient = true;
            endIfDone();
        });
    }

    /** A write to the backend failed, or we are done with it. What it has still to say is read first. */
    void onBackendOutputShutdown() {
        backendTakesNoMore = true;
        readBackend();
    }

    private void ended(CloseReason end) {
        if (firstEnd == null) {
            firstEnd = end;
        }
    }

    private void endIfDone() {
        boolean both = finSentToBackend && finSentToClient && (backendEnded || !clientDeaf);
        if ((both || (endsAtOnce && isEnding())) && firstEnd != null) {
            owner.onRelayed(firstEnd);
        }
    }

    /** close_notify and FIN leave in one segment: the shutdown that follows lets go of both. */
    private static void holdUntilFin(Channel channel) {
        if (channel.isActive() && channel instanceof SocketChannel) {
            Transport.of(channel.eventLoop()).hold(channel);
        }
    }

    private static void shutdownOutput(Channel channel) {
        if (channel.isActive() && !((DuplexChannel) channel).isOutputShutdown()) {
            Transport.of(channel.eventLoop()).shutdownOutput((DuplexChannel) channel);
        }
    }
}
