package io.sallyport.starttls;

import io.netty.buffer.ByteBuf;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.handshake.wire.FirstBytes;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A protocol of command lines: bounds how long they are and how many, and hands them on one by one. */
abstract sealed class LineServer implements StartTlsServer permits SmtpServer, ImapServer, Pop3Server {
    /** With what ends it. RFC 5321 section 4.5.3.1.4 has 512, and nothing longer is of use before TLS. */
    static final int LONGEST_LINE = 1024;

    /** A client that wants TLS needs three. */
    static final int MOST_COMMANDS = 20;

    private int commands;

    @Override
    public final Turn read(ByteBuf received) {
        if (commands == 0 && received.isReadable()) {
            Turn stranger = Strangers.refuse(received, looksLike(), goodbye("another protocol"));
            if (stranger != null) {
                return stranger;
            }
        }
        int length = received.bytesBefore((byte) '\n');
        if (length < 0 ? received.readableBytes() >= LONGEST_LINE : length >= LONGEST_LINE) {
            return Turn.end(
                    goodbye("line too long"),
                    FailureReason.STARTTLS_MALFORMED,
                    "a line of more than " + LONGEST_LINE + " bytes");
        }
        if (length < 0) {
            return Turn.MORE;
        }
        commands++;
        if (commands > MOST_COMMANDS) {
            return Turn.end(
                    goodbye("too many commands without TLS"),
                    FailureReason.TLS_REQUIRED,
                    "more than " + MOST_COMMANDS + " commands, and none of them asks for TLS");
        }
        String line =
                received.readCharSequence(length, StandardCharsets.ISO_8859_1).toString();
        received.skipBytes(1);
        Turn turn = answer(line.endsWith("\r") ? line.substring(0, length - 1) : line);
        if (turn instanceof Turn.Begin) {
            // CVE-2011-0411: commands behind it are not the client's, who waits for the answer before it goes on.
            received.skipBytes(received.readableBytes());
        }
        return turn;
    }

    /** Answers one command, without its line end. */
    abstract Turn answer(String line);

    /** What the client hears when it is closed. */
    abstract String goodbye(String why);

    /** What its first bytes look like to others. */
    abstract @Nullable FirstBytes looksLike();

    /** The end for a client that goes by itself. */
    static Turn left(String answer) {
        return Turn.end(answer, FailureReason.STARTTLS_NOT_ASKED, "the client said good-bye");
    }
}
