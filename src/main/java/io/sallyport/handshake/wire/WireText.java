package io.sallyport.handshake.wire;

import io.sallyport.handshake.iana.Hex;

/** Text that came from the wire, one character a byte (ISO 8859-1), made fit for people. */
public final class WireText {
    private WireText() {}

    /**
     * The text with everything but printable ASCII written as {@code \x1b}, and the backslash doubled: a terminal or a log
     * reader never sees a control character that a client chose.
     */
    public static String printable(String text) {
        int first = firstUnprintable(text);
        if (first < 0) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            append(escaped, text.charAt(i));
        }
        return escaped.toString();
    }

    private static int firstUnprintable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isPlain(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isPlain(char character) {
        return character >= ' ' && character <= '~' && character != '\\';
    }

    private static void append(StringBuilder escaped, char character) {
        if (isPlain(character)) {
            escaped.append(character);
        } else if (character == '\\') {
            escaped.append("\\\\");
        } else if (character <= 0xFF) {
            Hex.appendByte(escaped.append("\\x"), character);
        } else {
            Hex.appendShort(escaped.append("\\u"), character);
        }
    }
}
