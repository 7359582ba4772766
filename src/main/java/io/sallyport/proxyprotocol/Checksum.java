package io.sallyport.proxyprotocol;

import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32C;

/** The CRC32C over a whole version 2 header, in which its own field counts as zero (section 2.2.3). */
final class Checksum {
    static final byte TYPE = 0x03;
    static final int BYTES = 4;

    private Checksum() {}

    /** Puts the sum where the field is. */
    static void seal(ByteBuf header) {
        int field = find(header);
        header.setInt(field, sum(header, field));
    }

    /** Whether a header without the field, or with the right sum in it. */
    static boolean isGood(ByteBuf header) {
        int field = find(header);
        return field < 0 || header.getInt(field) == sum(header, field);
    }

    private static int sum(ByteBuf header, int field) {
        CRC32C sum = new CRC32C();
        sum.update(header.nioBuffer(header.readerIndex(), field - header.readerIndex()));
        sum.update(new byte[BYTES]);
        int rest = field + BYTES;
        sum.update(header.nioBuffer(rest, header.writerIndex() - rest));
        return (int) sum.getValue();
    }

    /** Index of the field; -1 where there is none. */
    private static int find(ByteBuf header) {
        int at = header.readerIndex() + V2Layout.HEAD + V2Layout.addressBytes(header);
        while (at + V2Layout.TLV_HEADER <= header.writerIndex()) {
            int length = header.getUnsignedShort(at + 1);
            int value = at + V2Layout.TLV_HEADER;
            if (header.getByte(at) == TYPE && length == BYTES && value + BYTES <= header.writerIndex()) {
                return value;
            }
            at = value + length;
        }
        return -1;
    }
}
