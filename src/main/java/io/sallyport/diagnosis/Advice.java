package io.sallyport.diagnosis;

/**
 * The words of a diagnosis, for somebody who runs a proxy and is no expert of TLS.
 *
 * @param missing what the client would have had to offer or to send; may be empty
 * @param cause the likely one, in whole sentences
 * @param fix what helps, in whole sentences
 */
record Advice(String missing, String cause, String fix) {
    Advice(String cause, String fix) {
        this("", cause, fix);
    }

    /** What is said of one handshake. */
    @FunctionalInterface
    interface Source {
        Advice about(Evidence evidence);
    }
}
