package io.sallyport.proxyprotocol;

import io.netty.buffer.ByteBuf;

/** Where what stands in a header of version 2, and how long it is: bytes (section 2.2). */
final class V2Layout {
    /** Signature, version and command, family, length of the rest. */
    static final int HEAD = 16;

    /** Of version and command. */
    static final int VERSION = 12;

    static final int FAMILY = 13;
    static final int LENGTH = 14;

    /** Type and length. */
    static final int TLV_HEADER = 3;

    static final int PORT_BYTES = 2;
    static final int UNIX_BYTES = 108;

    private V2Layout() {}

    /** What the addresses of the header's family take. */
    static int addressBytes(ByteBuf header) {
        return switch (header.getUnsignedByte(header.readerIndex() + FAMILY) >>> 4) {
            case 1 -> 2 * (4 + PORT_BYTES);
            case 2 -> 2 * (16 + PORT_BYTES);
            case 3 -> 2 * UNIX_BYTES;
            default -> 0;
        };
    }
}
