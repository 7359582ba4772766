package io.sallyport.handshake.trace;

import io.netty.buffer.ByteBuf;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.ClientHelloReader;
import io.sallyport.handshake.wire.ServerHello;
import org.jspecify.annotations.Nullable;

/**
 * Records one TLS handshake from the bytes of both directions as they pass (RFC 8446, RFC 5246): every record, every message
 * and alert in the clear. Encrypted ones are told by size and position, see {@link HandshakeTranscript}.
 *
 * <p>Made to be dropped: it holds under 4 KiB in an ordinary handshake, and puts nothing into words before a
 * {@link #snapshot()}. It never throws, whatever the bytes: a direction that it cannot read is merely counted from there on.
 * Not safe for use by several threads at once.
 */
public final class HandshakeTrace {
    private final long startNanos;
    private final TraceState state;
    private final TracedDirection client;
    private final TracedDirection server;

    private HandshakeTrace(long startNanos, boolean readsFirstClientHello) {
        this.startNanos = startNanos;
        this.state = new TraceState(readsFirstClientHello);
        this.client = new TracedDirection(Direction.CLIENT_TO_SERVER, state);
        this.server = new TracedDirection(Direction.SERVER_TO_CLIENT, state);
    }

    /**
     * A trace beside a {@link ClientHelloReader}, which hands over what it read with {@link #onClientHello}: the first
     * ClientHello is not read a second time.
     *
     * @param startNanos {@link System#nanoTime()} at accept
     */
    public static HandshakeTrace ofServer(long startNanos) {
        return new HandshakeTrace(startNanos, false);
    }

    /**
     * A trace that reads every ClientHello by itself.
     *
     * @param startNanos {@link System#nanoTime()} at connect
     */
    public static HandshakeTrace ofClient(long startNanos) {
        return new HandshakeTrace(startNanos, true);
    }

    /** The first ClientHello, read by somebody else. */
    public void onClientHello(ClientHello hello) {
        state.clientHello(hello);
    }

    /**
     * Takes the readable bytes, each byte of the connection once and in order, and leaves the buffer's indexes alone.
     *
     * @param nanoTime {@link System#nanoTime()} when they passed
     */
    public void onBytes(Direction direction, ByteBuf readable, long nanoTime) {
        state.now(nanoTime - startNanos);
        TracedDirection traced = direction == Direction.CLIENT_TO_SERVER ? client : server;
        try {
            traced.read(readable);
        } catch (RuntimeException e) {
            // A fault of the trace must never end a handshake that works.
            traced.giveUp();
        }
    }

    /** The ServerHello that is no HelloRetryRequest; null before it came. */
    public @Nullable ServerHello serverHello() {
        return state.serverHello();
    }

    /** Bytes that the client sent, record headers included. */
    public long bytesFromClient() {
        return client.records().bytes();
    }

    /** Bytes of the message, with its header, that the client began and did not finish; -1 if there is none. */
    public int unfinishedMessageLength() {
        return client.unfinishedMessageLength();
    }

    /** The description of the latest fatal alert that the client sent in the clear; -1 if there is none. */
    public int clientAlert() {
        return client.fatalAlert();
    }

    /** All that was seen until now, in words. */
    public HandshakeTranscript snapshot() {
        return new TranscriptWriter(state, client, server).write();
    }
}
