package io.sallyport.diagnosis;

import java.util.Set;

/**
 * A failed handshake as the connection sees it end.
 *
 * @param reason at first sight: {@link FailedHandshake#reason} holds it against the offer and what is allowed
 * @param mayMean the reasons that this leaves open; no closer look may conclude another one
 * @param alert the description of the alert that went (RFC 8446 section 6), where the one who sent it is known to have sent it:
 *     TLS 1.3 encrypts most of them; -1 where none did, or it is not known which
 */
public record HandshakeFailure(
        FailureReason reason, Set<FailureReason> mayMean, HandshakeEnd end, FailureDetail detail, int alert) {
    static final int NO_ALERT = -1;

    public HandshakeFailure {
        mayMean = Set.copyOf(mayMean);
    }

    public HandshakeFailure(FailureReason reason, HandshakeEnd end, String detail) {
        this(reason, end, new FailureDetail.Text(detail));
    }

    public HandshakeFailure(FailureReason reason, HandshakeEnd end, FailureDetail detail) {
        this(reason, end, detail, NO_ALERT);
    }

    public HandshakeFailure(FailureReason reason, HandshakeEnd end, FailureDetail detail, int alert) {
        this(reason, ofStream(reason), end, detail, alert);
    }

    /** Whether the stream ended, or broke, in a way for which the client may have told the cause in an alert. */
    boolean leavesOpenWhy() {
        return switch (reason) {
            case PROTOCOL_ERROR, BAD_RECORD, CLIENT_LEFT, CLIENT_RESET -> true;
            default -> false;
        };
    }

    /** A stream that stops is all that can be seen of a ClientHello whose rest was lost on the way. */
    private static Set<FailureReason> ofStream(FailureReason reason) {
        return switch (reason) {
            case CLIENT_HELLO_INCOMPLETE, CLIENT_RESET, TIMEOUT -> Set.of(reason, FailureReason.LARGE_CLIENT_HELLO_CUT);
            default -> Set.of(reason);
        };
    }
}
