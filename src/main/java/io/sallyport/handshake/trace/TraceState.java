package io.sallyport.handshake.trace;

import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.HandshakeMessage;
import io.sallyport.handshake.wire.ServerHello;
import org.jspecify.annotations.Nullable;

/** What the two directions of a trace share: the log that both write, and the hellos of either that the other is read by. */
final class TraceState {
    private final boolean readsFirstClientHello;
    private final EventLog log = new EventLog();

    private long now;
    private @Nullable ClientHello clientHello;
    private @Nullable ServerHello serverHello;

    TraceState(boolean readsFirstClientHello) {
        this.readsFirstClientHello = readsFirstClientHello;
    }

    EventLog log() {
        return log;
    }

    /** Nanoseconds from the start to the bytes that are being read. */
    long now() {
        return now;
    }

    void now(long nanos) {
        now = nanos;
    }

    /** Whether the trace reads the first ClientHello by itself, rather than being given it. */
    boolean readsFirstClientHello() {
        return readsFirstClientHello;
    }

    /** The first ClientHello; null before it came whole. */
    @Nullable
    ClientHello clientHello() {
        return clientHello;
    }

    /** The first ClientHello, read by somebody else. */
    void clientHello(ClientHello hello) {
        clientHello = hello;
    }

    /** The ServerHello that is no HelloRetryRequest; null before it came. */
    @Nullable
    ServerHello serverHello() {
        return serverHello;
    }

    /** Whether the version is chosen and is one where ChangeCipherSpec begins encryption (RFC 8446 appendix D.4). */
    boolean encryptsAfterChangeCipherSpec() {
        return serverHello != null && !serverHello.isTls13();
    }

    void onMessageRead(int event, HandshakeMessage message) {
        log.attach(event, message);
        if (message instanceof ClientHello hello && clientHello == null) {
            clientHello = hello;
        } else if (message instanceof ServerHello hello && !hello.retry() && serverHello == null) {
            serverHello = hello;
        }
    }
}
