package io.sallyport.backend.probe;

import io.netty.buffer.ByteBuf;

/**
 * Reads the status of an answer to an HTTP/1 request, from bytes as they come.
 *
 * <p>The status line is the answer (RFC 9112 section 4). An HTTP library would go on to judge the header fields, and refuse an
 * answer for their length, for two Content-Lengths that are equal, or for one beside a Transfer-Encoding: a server that is up.
 * Answers of the class 1xx are passed over, since the real one comes behind (RFC 9110 section 15.2); 101 was not asked for,
 * so it is none of them.
 */
final class StatusReader {
    /** Nothing yet. */
    static final int MORE = 0;

    /** No status line of HTTP/1. */
    static final int NONE = -1;

    /** A server that sends interim answers for ever does not work. */
    private static final int MOST_BYTES = 64 * 1024;

    /** The shape of a status line up to the end of its code; 9 stands for a digit. A reason, and its space, may be missing. */
    private static final String SHAPE = "HTTP/9.9 999";

    private static final int CODE = SHAPE.length() - 3;

    private int inLine;
    private int code;
    private int bytes;
    private boolean interim;

    /** Reads what is there: a status code, {@link #MORE} or {@link #NONE}. Not to be called again after the last two. */
    int read(ByteBuf received) {
        while (received.isReadable()) {
            char next = (char) received.readUnsignedByte();
            bytes++;
            if (bytes > MOST_BYTES) {
                return NONE;
            }
            int found = interim ? skipField(next) : readLine(next);
            if (found != MORE) {
                return found;
            }
        }
        return MORE;
    }

    /** Whether any byte has come. */
    boolean hasBegun() {
        return bytes > 0;
    }

    private int readLine(char next) {
        if (inLine == 0 && (next == '\r' || next == '\n')) {
            // Behind an interim answer, or of a server that ends its last one with a line too many (RFC 9112 section
            // 2.2).
            return MORE;
        }
        if (inLine < SHAPE.length()) {
            return readShape(next);
        }
        if (inLine == SHAPE.length() && !isSpace(next) && next != '\r' && next != '\n') {
            return NONE;
        }
        inLine++;
        if (next != '\n') {
            return MORE;
        }
        inLine = 0;
        if (code / 100 == 1 && code != 101) {
            code = 0;
            interim = true;
            return MORE;
        }
        return code;
    }

    private int readShape(char next) {
        if (inLine == CODE && isSpace(next)) {
            // More than one is taken by the lenient way of RFC 9112 section 4.
            return MORE;
        }
        char expected = SHAPE.charAt(inLine);
        boolean fits = switch (expected) {
            case '9' -> next >= '0' && next <= '9';
            case ' ' -> isSpace(next);
            default -> next == expected;
        };
        if (!fits || (inLine == CODE && next == '0')) {
            return NONE;
        }
        if (inLine >= CODE) {
            code = code * 10 + (next - '0');
        }
        inLine++;
        return MORE;
    }

    private static boolean isSpace(char next) {
        return next == ' ' || next == '\t';
    }

    /** The fields of an interim answer end with an empty line. */
    private int skipField(char next) {
        if (next == '\n') {
            interim = inLine > 0;
            inLine = 0;
        } else if (next != '\r') {
            inLine++;
        }
        return MORE;
    }
}
