package io.sallyport.handshake.wire;

import io.netty.buffer.ByteBuf;
import io.sallyport.handshake.iana.CodeList;
import io.sallyport.handshake.iana.Grease;
import io.sallyport.handshake.wire.MalformedHandshakeException.Reason;
import java.nio.charset.StandardCharsets;

/**
 * Reads the presentation language of TLS (RFC 8446 section 3) from a range of a buffer and leaves the buffer's indexes
 * alone. Every read names its field, so that the exception can.
 */
final class WireReader {
    private final ByteBuf buffer;
    private final int end;
    private int position;

    /** Reads the bytes at the absolute indexes {@code start} (inclusive) to {@code end} (exclusive). */
    WireReader(ByteBuf buffer, int start, int end) {
        this.buffer = buffer;
        this.position = start;
        this.end = end;
    }

    int remaining() {
        return end - position;
    }

    boolean hasRemaining() {
        return position < end;
    }

    int uint8(String field) throws MalformedHandshakeException {
        return buffer.getUnsignedByte(advance(1, field));
    }

    int uint16(String field) throws MalformedHandshakeException {
        return buffer.getUnsignedShort(advance(2, field));
    }

    int uint24(String field) throws MalformedHandshakeException {
        return buffer.getUnsignedMedium(advance(3, field));
    }

    long uint32(String field) throws MalformedHandshakeException {
        return buffer.getUnsignedInt(advance(4, field));
    }

    void skip(int length, String field) throws MalformedHandshakeException {
        advance(length, field);
    }

    /** A vector with a length of one byte, of at least {@code min} bytes. */
    WireReader vector8(int min, String field) throws MalformedHandshakeException {
        return vector(uint8(field), min, field);
    }

    /** A vector with a length of two bytes, of at least {@code min} bytes. */
    WireReader vector16(int min, String field) throws MalformedHandshakeException {
        return vector(uint16(field), min, field);
    }

    private WireReader vector(int length, int min, String field) throws MalformedHandshakeException {
        if (length < min) {
            throw tooShort(length, min, field);
        }
        int start = advance(length, field);
        return new WireReader(buffer, start, start + length);
    }

    private static MalformedHandshakeException tooShort(int length, int min, String field) {
        Reason reason = length == 0 ? Reason.EMPTY_LIST : Reason.BAD_LENGTH;
        return new MalformedHandshakeException(
                reason, field + ": " + length + " bytes (expected: at least " + min + ")");
    }

    /** All that remains, as codes of one byte. */
    CodeList codes8() {
        char[] codes = new char[remaining()];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (char) buffer.getUnsignedByte(position++);
        }
        return new CodeList(codes);
    }

    /** All that remains, as codes of two bytes less the GREASE values. */
    CodeList codes16(String field) throws MalformedHandshakeException {
        if ((remaining() & 1) != 0) {
            throw new MalformedHandshakeException(
                    Reason.BAD_LENGTH, field + ": " + remaining() + " bytes (expected: an even number)");
        }
        char[] codes = new char[remaining() / 2 - countGrease()];
        for (int i = 0; position < end; position += 2) {
            int code = buffer.getUnsignedShort(position);
            if (!Grease.isGrease(code)) {
                codes[i++] = (char) code;
            }
        }
        return codes.length == 0 ? CodeList.EMPTY : new CodeList(codes);
    }

    private int countGrease() {
        int count = 0;
        for (int index = position; index < end; index += 2) {
            count += Grease.isGrease(buffer.getUnsignedShort(index)) ? 1 : 0;
        }
        return count;
    }

    /** All that remains, one character a byte. */
    String latin1() {
        String text = buffer.toString(position, remaining(), StandardCharsets.ISO_8859_1);
        position = end;
        return text;
    }

    /** A copy of all that remains. */
    byte[] bytes() {
        byte[] copy = new byte[remaining()];
        buffer.getBytes(position, copy);
        position = end;
        return copy;
    }

    /** A hash of all that remains; 0 for nothing. */
    int hash() {
        int hash = 0;
        while (position < end) {
            hash = 31 * hash + buffer.getByte(position++);
        }
        return hash;
    }

    /** @throws MalformedHandshakeException if anything remains */
    void end(String field) throws MalformedHandshakeException {
        if (position < end) {
            throw new MalformedHandshakeException(
                    Reason.TRAILING_BYTES, field + ": " + remaining() + " bytes left over (expected: none)");
        }
    }

    private int advance(int length, String field) throws MalformedHandshakeException {
        if (length > end - position) {
            throw new MalformedHandshakeException(
                    Reason.TRUNCATED, field + ": " + remaining() + " bytes left (expected: " + length + ")");
        }
        int start = position;
        position += length;
        return start;
    }
}
