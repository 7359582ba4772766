package io.sallyport.tls.trust;

/** Whether a condition speaks of a client. */
enum Match {
    YES,
    NO,
    /** By one reading of its names and not by another, or they cannot be read. */
    MAYBE;

    static Match of(boolean holds) {
        return holds ? YES : NO;
    }

    static Match of(boolean holds, boolean mayHold) {
        return holds ? YES : mayHold ? MAYBE : NO;
    }
}
