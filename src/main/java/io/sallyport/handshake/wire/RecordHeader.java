package io.sallyport.handshake.wire;

import io.netty.buffer.ByteBuf;

/** The five bytes before every record: content type, version, length (RFC 8446 section 5.1). */
public final class RecordHeader {
    public static final int LENGTH = 5;

    /** Bytes of the longest fragment, encryption's expansion in TLS 1.3 included (RFC 8446 section 5.2). */
    static final int MAX_FRAGMENT = (1 << 14) + 256;

    private RecordHeader() {}

    static int contentType(ByteBuf buffer, int index) {
        return buffer.getUnsignedByte(index);
    }

    static int version(ByteBuf buffer, int index) {
        return buffer.getUnsignedShort(index + 1);
    }

    /** Bytes of the fragment that follows. */
    static int length(ByteBuf buffer, int index) {
        return buffer.getUnsignedShort(index + 3);
    }
}
