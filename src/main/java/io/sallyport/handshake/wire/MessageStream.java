package io.sallyport.handshake.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sallyport.handshake.iana.HandshakeTypes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the handshake records of one direction into messages, many in one record or one over many. The bytes that a reading
 * needs are copied only when they come in pieces, and never more of them than arrived.
 */
public final class MessageStream {
    /** Hears of the messages of one direction, in order. */
    public interface Listener {
        /**
         * A message begins; it has {@code length} bytes with its header. Answers how many of its body's first bytes to show,
         * 0 for none.
         */
        int onMessage(int type, int length);

        /** The body's first bytes that were asked for, at the absolute indexes start (inclusive) to end (exclusive). */
        void onBody(int type, ByteBuf buffer, int start, int end);

        /** The last byte of that message passed. */
        void onMessageEnd(int type);
    }

    private static final int FIRST_PIECE = 256;
    private static final byte[] NOTHING = {};

    private final Listener listener;
    private final HandshakeHeader header = new HandshakeHeader();
    // Bytes of the body that have not passed, and those that are still to be shown.
    private int remaining;
    private int wanted;
    private byte[] pieces = NOTHING;
    private int collected;
    private @Nullable CertificateLengths certificates;

    public MessageStream(Listener listener) {
        this.listener = listener;
    }

    /** Whether a message's header is whole and its body is not. */
    public boolean isInMessage() {
        return header.isComplete();
    }

    /** Bytes of the message that is passing, with its header; -1 if there is none. */
    public int messageLength() {
        return header.isComplete() ? header.messageLength() : -1;
    }

    /** Bytes of a message header that is not whole yet. */
    public int headerLength() {
        return header.isComplete() ? 0 : header.length();
    }

    /** The lengths in the Certificate message that is passing or has just ended; null if there was none. */
    @Nullable
    public CertificateLengths certificates() {
        return certificates;
    }

    public void read(ByteBuf buffer, int index, int length) {
        int at = index;
        int end = index + length;
        while (at < end) {
            if (header.isComplete()) {
                at += readBody(buffer, at, end);
            } else {
                at += header.read(buffer, at, end - at);
                if (header.isComplete()) {
                    begin();
                }
            }
            if (header.isComplete() && remaining == 0) {
                listener.onMessageEnd(header.type());
                header.clear();
            }
        }
    }

    private void begin() {
        remaining = header.messageLength() - HandshakeHeader.LENGTH;
        wanted = Math.min(remaining, listener.onMessage(header.type(), header.messageLength()));
        certificates = header.type() == HandshakeTypes.CERTIFICATE ? new CertificateLengths() : null;
    }

    private int readBody(ByteBuf buffer, int index, int end) {
        int taken = Math.min(remaining, end - index);
        if (certificates != null) {
            certificates.read(buffer, index, taken);
        }
        if (wanted > 0) {
            show(buffer, index, taken);
        }
        remaining -= taken;
        return taken;
    }

    private void show(ByteBuf buffer, int index, int available) {
        if (collected == 0 && available >= wanted) {
            int shown = wanted;
            wanted = 0;
            listener.onBody(header.type(), buffer, index, index + shown);
            return;
        }
        int taken = Math.min(wanted - collected, available);
        if (collected + taken > pieces.length) {
            int doubled = Math.max(FIRST_PIECE, 2 * (collected + taken));
            pieces = Arrays.copyOf(pieces, Math.min(wanted, doubled));
        }
        buffer.getBytes(index, pieces, collected, taken);
        collected += taken;
        if (collected == wanted) {
            showPieces();
        }
    }

    private void showPieces() {
        ByteBuf whole = Unpooled.wrappedBuffer(pieces, 0, collected);
        wanted = 0;
        collected = 0;
        pieces = NOTHING;
        listener.onBody(header.type(), whole, 0, whole.writerIndex());
    }
}
