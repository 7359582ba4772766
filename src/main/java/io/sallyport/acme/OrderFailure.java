package io.sallyport.acme;

import io.sallyport.metrics.AcmeMeters.OrderResult;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A certificate was not had. */
final class OrderFailure extends Exception {
    private final OrderResult result;
    private final transient @Nullable Instant notBefore;

    /** @param notBefore the authority wants to hear nothing before then; null: it does not say */
    OrderFailure(OrderResult result, String message, @Nullable Instant notBefore) {
        super(message);
        this.result = result;
        this.notBefore = notBefore;
    }

    OrderFailure(OrderResult result, String message) {
        this(result, message, null);
    }

    OrderResult result() {
        return result;
    }

    @Nullable
    Instant notBefore() {
        return notBefore;
    }
}
