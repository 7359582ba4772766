package io.sallyport.redirect;

import io.sallyport.metrics.CloseReason;

/** Hears how far a client has come, and ends its connection. */
public interface RedirectOwner {
    /** Something has come of it. */
    void onBytes();

    /**
     * It has its answer.
     *
     * @param detail for the log
     */
    void onAnswered(CloseReason why, String detail);
}
