package io.sallyport.tls.spiffe;

import io.sallyport.metrics.SpiffeMeters.UpdateResult;

/** Why there is no identity, or no newer one; the message is a sentence for operators and holds no secret. */
final class WorkloadException extends Exception {
    private static final long serialVersionUID = 1L;

    private final UpdateResult result;

    WorkloadException(UpdateResult result, String detail) {
        super(detail);
        this.result = result;
    }

    static WorkloadException unusable(String detail) {
        return new WorkloadException(UpdateResult.UNUSABLE, detail);
    }

    UpdateResult result() {
        return result;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
