package io.sallyport.diagnosis;

import io.sallyport.handshake.FailureReason;
import org.jspecify.annotations.Nullable;

/**
 * A failed handshake as the connection sees it end.
 *
 * @param reason at first sight: {@link Reasons} holds it against the offer and what is allowed
 * @param detail the TLS library's word, or our own
 * @param alert the alert that went, where the one who sent it is known to have sent it: TLS 1.3 encrypts most of them
 */
public record Failure(
        FailureReason reason,
        How how,
        String detail,
        @Nullable String alert) {
    public Failure(FailureReason reason, How how, String detail) {
        this(reason, how, detail, null);
    }
}
