package io.sallyport.handshake.wire;

import io.netty.buffer.ByteBuf;
import io.sallyport.handshake.iana.ContentTypes;

/**
 * Takes one direction of a handshake apart, however it is fragmented: TCP segments into records (RFC 8446 section 5.1), and
 * those in the clear into messages and alerts. What it finds it tells to a {@link Listener}; it keeps nothing but its place.
 */
public final class RecordStream {
    /** Hears of everything in one direction, in order. */
    public interface Listener {
        /** A record begins; its fragment has {@code length} bytes. Answers whether its content is encrypted. */
        boolean onRecord(int contentType, int length);

        /** The last byte of that record passed. */
        void onRecordEnd();

        /** Bytes of a handshake record in the clear, at the absolute index. */
        void onHandshake(ByteBuf buffer, int index, int length);

        /** An alert in the clear. */
        void onAlert(int level, int description);
    }

    /** Bytes of the longest fragment with the expansion that TLS 1.2 allows (RFC 5246 section 6.2.3). */
    private static final int MAX_FRAGMENT = (1 << 14) + 2048;

    private static final int HEARTBEAT = 24;
    private static final int NO_ALERT_LEVEL = -1;

    private final Listener listener;

    private long bytes;
    private long unreadableAt = -1;
    // The bytes of a header that came in pieces, the latest lowest.
    private long header;
    private int headerLength;
    private int remaining;
    private int contentType;
    private boolean encrypted;
    private int alertLevel = NO_ALERT_LEVEL;

    public RecordStream(Listener listener) {
        this.listener = listener;
    }

    /** Bytes seen. */
    public long bytes() {
        return bytes;
    }

    /** Offset of the first byte that is no TLS, -1 if all is. */
    public long unreadableAt() {
        return unreadableAt;
    }

    /** Whether a record began that has not ended. */
    public boolean isInRecord() {
        return remaining > 0;
    }

    /** Bytes of a record header that is not whole yet. */
    public int headerLength() {
        return headerLength;
    }

    /** Takes the readable bytes and leaves the indexes alone. */
    public void read(ByteBuf readable) {
        int index = readable.readerIndex();
        int end = readable.writerIndex();
        while (index < end && unreadableAt < 0) {
            int taken = remaining == 0 ? readHeader(readable, index, end) : readFragment(readable, index, end);
            index += taken;
            bytes += taken;
        }
        bytes += end - index;
    }

    /** Gives up on this direction; the bytes go on being counted. */
    public void giveUp() {
        unreadableAt = bytes;
    }

    private int readHeader(ByteBuf buffer, int index, int end) {
        int taken = Math.min(RecordHeader.LENGTH - headerLength, end - index);
        for (int i = 0; i < taken; i++) {
            header = header << 8 | buffer.getUnsignedByte(index + i);
        }
        headerLength += taken;
        if (headerLength == RecordHeader.LENGTH) {
            openRecord(taken);
        }
        return taken;
    }

    private void openRecord(int taken) {
        contentType = (int) (header >>> 32) & 0xFF;
        int majorVersion = (int) (header >>> 24) & 0xFF;
        int length = (int) header & 0xFFFF;
        header = 0;
        headerLength = 0;
        if (contentType < ContentTypes.CHANGE_CIPHER_SPEC
                || contentType > HEARTBEAT
                || majorVersion != 3
                || length > MAX_FRAGMENT) {
            unreadableAt = bytes + taken - RecordHeader.LENGTH;
            return;
        }
        remaining = length;
        alertLevel = NO_ALERT_LEVEL;
        encrypted = listener.onRecord(contentType, length);
        if (length == 0) {
            listener.onRecordEnd();
        }
    }

    private int readFragment(ByteBuf buffer, int index, int end) {
        int taken = Math.min(remaining, end - index);
        if (!encrypted && contentType == ContentTypes.HANDSHAKE) {
            listener.onHandshake(buffer, index, taken);
        } else if (!encrypted && contentType == ContentTypes.ALERT) {
            readAlerts(buffer, index, taken);
        }
        remaining -= taken;
        if (remaining == 0) {
            listener.onRecordEnd();
        }
        return taken;
    }

    private void readAlerts(ByteBuf buffer, int index, int length) {
        for (int i = 0; i < length; i++) {
            int value = buffer.getUnsignedByte(index + i);
            if (alertLevel == NO_ALERT_LEVEL) {
                alertLevel = value;
            } else {
                listener.onAlert(alertLevel, value);
                alertLevel = NO_ALERT_LEVEL;
            }
        }
    }
}
