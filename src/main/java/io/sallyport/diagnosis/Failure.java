package io.sallyport.diagnosis;

import io.sallyport.handshake.FailureReason;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A failed handshake as the connection sees it end.
 *
 * @param reason at first sight: {@link Reasons} holds it against the offer and what is allowed
 * @param mayMean the reasons that this leaves open; no closer look may conclude another one
 * @param detail the TLS library's word, or our own
 * @param alert the alert that went, where the one who sent it is known to have sent it: TLS 1.3 encrypts most of them
 */
public record Failure(
        FailureReason reason,
        Set<FailureReason> mayMean,
        How how,
        String detail,
        @Nullable String alert) {
    public Failure {
        mayMean = Set.copyOf(mayMean);
    }

    public Failure(FailureReason reason, How how, String detail) {
        this(reason, how, detail, null);
    }

    public Failure(FailureReason reason, How how, String detail, @Nullable String alert) {
        this(reason, ofStream(reason), how, detail, alert);
    }

    /** A stream that stops is all that can be seen of a ClientHello whose rest was lost on the way. */
    private static Set<FailureReason> ofStream(FailureReason reason) {
        return switch (reason) {
            case CLIENT_HELLO_INCOMPLETE, CLIENT_RESET, TIMEOUT -> Set.of(reason, FailureReason.LARGE_CLIENT_HELLO_CUT);
            default -> Set.of(reason);
        };
    }
}
