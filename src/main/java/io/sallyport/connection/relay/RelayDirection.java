package io.sallyport.connection.relay;

import io.netty.buffer.ByteBuf;
import io.sallyport.metrics.Direction;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The stream of one direction: where it comes from, where it goes, and how far its end has come on either side. */
final class RelayDirection {

    /** How far the stream has come where it comes from. */
    enum Source {
        /** More may come. */
        OPEN,
        /** It came to its own end: close_notify, or FIN where there is no TLS. */
        ENDED,
        /** FIN without close_notify, between two records: the end may be missing. */
        CUT,
        /** A reset, or an end inside a record: the end is missing. */
        BROKEN
    }

    /** How far the stream has come where it goes. */
    enum Sink {
        /** It takes data. */
        OPEN,
        /** The end is queued behind the last data. */
        ENDING,
        /** The kernel has all of it, the end included. */
        ENDED,
        /** It said close_notify to a record layer that ends both directions then: nothing may be sent any more. */
        LEFT,
        /** Its connection has failed: nothing can be sent any more. */
        FAILED
    }

    /** What a client says first and then waits for an answer to is less. */
    private static final int MOST_HELD_BYTES = 16 << 10;

    /** The same against buffers that are much larger than what is in them. */
    private static final int MOST_HELD_BUFFERS = 8;

    private final Direction direction;
    private final RelayActivity activity;
    private Source source = Source.OPEN;
    private Sink sink = Sink.OPEN;
    private @Nullable Peer from;
    private @Nullable Peer to;
    private @Nullable Queue<ByteBuf> early;
    private int unflushed;

    RelayDirection(Direction direction, RelayActivity activity) {
        this.direction = direction;
        this.activity = activity;
    }

    void comesFrom(Peer peer) {
        from = peer;
    }

    /** What came before goes first. */
    void goesTo(Peer peer) {
        to = peer;
        if (early != null) {
            early.forEach(this::write);
            early = null;
        }
    }

    Source source() {
        return source;
    }

    Sink sink() {
        return sink;
    }

    boolean isSourceOpen() {
        return source == Source.OPEN;
    }

    /** Whether what comes from now on is discarded. */
    boolean isDiscarding() {
        return sink == Sink.LEFT || sink == Sink.FAILED;
    }

    void sourceEnded(Source how) {
        source = how;
    }

    void sink(Sink reached) {
        sink = reached;
    }

    /** Takes over the reference. Holds the data where it is not known yet where it goes. */
    void write(ByteBuf data) {
        if (sink != Sink.OPEN) {
            data.release();
        } else if (to == null) {
            hold(data);
        } else {
            unflushed += data.readableBytes();
            to.write(data);
        }
    }

    /** Whether more may be held until it is known where it goes. */
    boolean mayHoldMore() {
        return early == null
                || (early.size() < MOST_HELD_BUFFERS
                        && early.stream().mapToLong(ByteBuf::capacity).sum() < MOST_HELD_BYTES);
    }

    private void hold(ByteBuf data) {
        if (early == null) {
            early = new ArrayDeque<>(2);
        }
        early.add(data);
    }

    /** Sends what was written since the last flush. */
    void flush() {
        int bytes = unflushed;
        if (bytes == 0 || to == null) {
            return;
        }
        unflushed = 0;
        activity.relayed(direction, bytes);
        to.flush();
    }

    /** Asks for more where there is room for it: memory is bounded however slow the sink is. */
    void read() {
        if (source == Source.OPEN && from != null && to != null && (isDiscarding() || to.isWritable())) {
            from.read();
        }
    }

    /** Releases what was held. */
    void release() {
        if (early != null) {
            early.forEach(ByteBuf::release);
            early = null;
        }
    }
}
