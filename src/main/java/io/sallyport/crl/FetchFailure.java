package io.sallyport.crl;

import io.sallyport.metrics.CrlMeters.FetchResult;
import java.time.Duration;

/** A list was not fetched. The message is for a person, and fit for a log. */
final class FetchFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final FetchResult result;
    private final Duration retryAfter;

    FetchFailure(FetchResult result, String message) {
        this(result, message, Duration.ZERO);
    }

    /** @param retryAfter so long the server does not want to be asked; zero: it does not say */
    FetchFailure(FetchResult result, String message, Duration retryAfter) {
        super(message);
        this.result = result;
        this.retryAfter = retryAfter;
    }

    FetchResult result() {
        return result;
    }

    Duration retryAfter() {
        return retryAfter;
    }
}
