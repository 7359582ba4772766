package io.sallyport.handshake.iana;

/** Lower-case hexadecimal without a format string. */
public final class Hex {
    private Hex() {}

    public static void appendShort(StringBuilder text, int value) {
        appendByte(text, value >>> 8);
        appendByte(text, value);
    }

    public static void appendByte(StringBuilder text, int value) {
        text.append(digit(value >>> 4)).append(digit(value));
    }

    /** The digit of the low four bits. */
    public static char digit(int value) {
        return Character.forDigit(value & 0xF, 16);
    }
}
