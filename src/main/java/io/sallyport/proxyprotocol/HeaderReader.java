package io.sallyport.proxyprotocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads the header that a connection begins with. */
public final class HeaderReader {
    /** With the end of its line (section 2.1). */
    public static final int MAX_V1 = 107;

    /** What haproxy's buffers hold; the format allows four times as much. */
    public static final int MAX_V2 = 16 << 10;

    /** How a header of version 1 begins. */
    static final String TEXT = "PROXY ";

    /** How a header of version 2 begins, a character for each byte. */
    static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

    private static final int LINE_END = 2;

    private HeaderReader() {}

    /**
     * How many bytes the header at the front takes; 0 while it is not whole. Tells as soon as it can that there is no
     * header, so that nobody waits for the rest of one.
     *
     * @throws HeaderException when there is none, or one that is too long
     */
    public static int length(ByteBuf received) throws HeaderException {
        if (startsWith(received, SIGNATURE)) {
            return lengthOfV2(received);
        }
        if (startsWith(received, TEXT)) {
            return lengthOfV1(received);
        }
        throw HeaderException.missing("no PROXY protocol header");
    }

    /**
     * Reads a whole header, of the length that {@link #length} says.
     *
     * @return empty where the sender speaks for itself (LOCAL), or does not know (UNKNOWN)
     * @throws HeaderException when it breaks the rules
     */
    public static Optional<AddressPair> read(ByteBuf header) throws HeaderException {
        if (header.getByte(header.readerIndex()) == SIGNATURE.charAt(0)) {
            return V2.read(header);
        }
        int line = header.readableBytes() - LINE_END;
        return V1.read(header.toString(header.readerIndex(), line, StandardCharsets.ISO_8859_1));
    }

    private static int lengthOfV1(ByteBuf received) throws HeaderException {
        int start = received.readerIndex();
        int looked = Math.min(received.readableBytes(), MAX_V1);
        int lineFeed = received.indexOf(start, start + looked, (byte) '\n');
        if (lineFeed > start && received.getByte(lineFeed - 1) == '\r') {
            return lineFeed + 1 - start;
        }
        if (lineFeed >= 0 || looked == MAX_V1) {
            throw HeaderException.malformed("no CR LF (expected: within " + MAX_V1 + " bytes)");
        }
        return 0;
    }

    private static int lengthOfV2(ByteBuf received) throws HeaderException {
        int start = received.readerIndex();
        if (received.readableBytes() > V2Layout.VERSION) {
            int version = received.getUnsignedByte(start + V2Layout.VERSION) >>> 4;
            if (version != 2) {
                throw HeaderException.malformed("version " + version + " in a binary header (expected: 2)");
            }
        }
        if (received.readableBytes() < V2Layout.HEAD) {
            return 0;
        }
        int length = V2Layout.HEAD + received.getUnsignedShort(start + V2Layout.LENGTH);
        if (length > MAX_V2) {
            throw HeaderException.malformed(length + " bytes (expected: at most " + MAX_V2 + ")");
        }
        return received.readableBytes() < length ? 0 : length;
    }

    private static boolean startsWith(ByteBuf received, String prefix) {
        int compared = Math.min(prefix.length(), received.readableBytes());
        for (int i = 0; i < compared; i++) {
            if (received.getByte(received.readerIndex() + i) != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
