package io.sallyport.tls.record;

import io.netty.buffer.ByteBuf;

/** Follows the record headers of a stream (RFC 8446 section 5.1), to know how much of a record has arrived. */
final class RecordFraming {
    private static final int HEADER = 5;

    private int headerBytes;
    private int length;
    private int remaining;

    /** Takes note of the readable bytes of {@code data}; no index is moved. */
    void advance(ByteBuf data) {
        int index = data.readerIndex();
        int end = data.writerIndex();
        while (index < end) {
            if (headerBytes < HEADER) {
                int value = data.getUnsignedByte(index++);
                headerBytes++;
                if (headerBytes == HEADER - 1) {
                    length = value << 8;
                } else if (headerBytes == HEADER) {
                    length |= value;
                    remaining = length;
                    nextIfWhole();
                }
                continue;
            }
            int taken = Math.min(remaining, end - index);
            index += taken;
            remaining -= taken;
            nextIfWhole();
        }
    }

    /** Bytes of the record under way that have arrived, its header included; 0 between records. */
    int partial() {
        return headerBytes < HEADER ? headerBytes : HEADER + length - remaining;
    }

    private void nextIfWhole() {
        if (remaining == 0) {
            headerBytes = 0;
        }
    }
}
