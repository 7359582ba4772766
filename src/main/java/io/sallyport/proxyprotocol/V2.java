package io.sallyport.proxyprotocol;

import io.netty.buffer.ByteBuf;

/** Where what is in a version 2 header (section 2.2). */
final class V2 {
    /** Signature, version and command, family, length of the rest. */
    static final int HEAD = 16;

    static final int VERSION = 12;
    static final int LENGTH = 14;

    private static final int FAMILY = 13;

    private V2() {}

    /** What the addresses of the header's family take. */
    static int addressBytes(ByteBuf header) {
        return switch (header.getUnsignedByte(header.readerIndex() + FAMILY) >>> 4) {
            case 1 -> 2 * 4 + 2 * 2;
            case 2 -> 2 * 16 + 2 * 2;
            case 3 -> 2 * 108;
            default -> 0;
        };
    }
}
