package io.sallyport.starttls;

import io.netty.buffer.ByteBuf;
import io.sallyport.handshake.wire.WireText;
import java.nio.charset.StandardCharsets;

/** A protocol of lines whose server speaks first: bounds how long they are and how many, and hands them on one by one. */
abstract sealed class LineClient implements StartTlsClient permits SmtpClient, ImapClient, Pop3Client {
    /** Twice what RFC 5321 section 4.5.3.1.5 has, since what servers can do is told by one line in IMAP. */
    private static final int LONGEST_LINE = 2048;

    private static final int MOST_LINES = 100;
    private static final int SHOWN = 100;

    private int lines;

    @Override
    public final String opening() {
        return "";
    }

    @Override
    public final Heard read(ByteBuf received) {
        int length = received.bytesBefore((byte) '\n');
        if (length < 0 ? received.readableBytes() >= LONGEST_LINE : length >= LONGEST_LINE) {
            return new Heard.Broken("a line of more than " + LONGEST_LINE + " bytes");
        }
        if (length < 0) {
            return Heard.MORE;
        }
        lines++;
        if (lines > MOST_LINES) {
            return new Heard.Broken("more than " + MOST_LINES + " lines");
        }
        String line =
                received.readCharSequence(length, StandardCharsets.ISO_8859_1).toString();
        received.skipBytes(1);
        return hear(line.endsWith("\r") ? line.substring(0, length - 1) : line);
    }

    /** Reads one line, without its end. */
    abstract Heard hear(String line);

    static Heard refused(String line) {
        return new Heard.Refused("the server answers \"" + shown(line) + "\"");
    }

    static Heard broken(String line) {
        return new Heard.Broken("the server says \"" + shown(line) + "\"");
    }

    private static String shown(String line) {
        return WireText.printable(line.length() > SHOWN ? line.substring(0, SHOWN) : line);
    }
}
