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
public record Failure(FailureReason reason, Set<FailureReason> mayMean, How how, FailureDetail detail, int alert) {
    static final int NO_ALERT = -1;

    public Failure {
        mayMean = Set.copyOf(mayMean);
    }

    public Failure(FailureReason reason, How how, String detail) {
        this(reason, how, new FailureDetail.Text(detail));
    }

    public Failure(FailureReason reason, How how, FailureDetail detail) {
        this(reason, how, detail, NO_ALERT);
    }

    public Failure(FailureReason reason, How how, FailureDetail detail, int alert) {
        this(reason, ofStream(reason), how, detail, alert);
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
