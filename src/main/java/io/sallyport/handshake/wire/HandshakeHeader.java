package io.sallyport.handshake.wire;

import io.netty.buffer.ByteBuf;

/** Collects the four bytes before every handshake message, type and length (RFC 8446 section 4), from any fragments. */
public final class HandshakeHeader {
    public static final int LENGTH = 4;

    private int value;
    private int count;

    /** Takes what is missing from at most {@code available} bytes at an absolute index; answers how many it took. */
    int read(ByteBuf buffer, int index, int available) {
        int taken = Math.min(LENGTH - count, available);
        for (int i = 0; i < taken; i++) {
            value = value << 8 | buffer.getUnsignedByte(index + i);
        }
        count += taken;
        return taken;
    }

    boolean isComplete() {
        return count == LENGTH;
    }

    /** Bytes of it that arrived. */
    int length() {
        return count;
    }

    void clear() {
        value = 0;
        count = 0;
    }

    int type() {
        return value >>> 24;
    }

    /** Bytes of the message with this header. */
    int messageLength() {
        return LENGTH + (value & 0xFFFFFF);
    }
}
