package io.sallyport.starttls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.sallyport.diagnosis.FailureDetail;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.diagnosis.HandshakeEnd;
import io.sallyport.diagnosis.HandshakeFailure;
import io.sallyport.handshake.wire.FirstBytes;
import org.jspecify.annotations.Nullable;

/** Clients of another protocol, known by their first bytes. */
final class Strangers {
    private static final int SHOWN = 16;

    private Strangers() {}

    /**
     * The end for a client that speaks another protocol; null: it may well speak ours. A browser must not be led to speak to
     * a mail server, line by line of its request.
     *
     * @param ours what a client of this protocol looks like; null: like none of them
     * @param answer what it hears
     */
    static @Nullable Turn refuse(ByteBuf first, @Nullable FirstBytes ours, String answer) {
        FirstBytes kind = FirstBytes.classify(first);
        if (kind == null || kind == FirstBytes.UNKNOWN || kind == ours) {
            return null;
        }
        return switch (kind) {
            case TLS, SSLV2_HELLO ->
                Turn.end(
                        answer,
                        FailureReason.STARTTLS_MALFORMED,
                        "the client begins with TLS at once, where the protocol begins in plain text");
            case HTTP -> Turn.end(answer, FailureReason.PLAIN_HTTP, "an HTTP request");
            case PROXY_V1, PROXY_V2 -> other(answer, FailureReason.UNEXPECTED_PROXY_HEADER, kind);
            case SSH, SMTP, POSTGRESQL_SSL_REQUEST, REDIS -> other(answer, FailureReason.OTHER_PROTOCOL, kind);
            case UNKNOWN -> null;
        };
    }

    private static Turn other(String answer, FailureReason reason, FirstBytes kind) {
        return new Turn.End(
                answer, new HandshakeFailure(reason, HandshakeEnd.GARBAGE, new FailureDetail.OtherProtocol(kind)));
    }

    /** Whether the bytes may yet turn out to be another protocol's, which has a diagnosis of its own. */
    static boolean isUndecided(ByteBuf first) {
        return FirstBytes.classify(first) == null;
    }

    /** The first bytes, for a log. */
    static String shown(ByteBuf first) {
        return ByteBufUtil.hexDump(first, first.readerIndex(), Math.min(SHOWN, first.readableBytes()));
    }
}
