package io.sallyport.explain.probe;

/** How a connection of ours came to its end. */
public enum Ending {
    /** The handshake was done, and everything that the server had to say about it was heard. */
    DONE,
    /** BoringSSL ended it: a fault that it found, or an alert. */
    TLS_ERROR,
    /** The server's FIN came in the middle. */
    SERVER_LEFT,
    SERVER_RESET,
    /** The time was up in the middle. */
    TIMEOUT,
    /** No connection: nothing listens there. */
    REFUSED,
    /** No connection: no answer. */
    CONNECT_TIMEOUT,
    /** No connection: no way there. */
    UNREACHABLE,
    /** Connected, but the server did not let TLS begin. */
    NO_STARTTLS;

    /** Whether a handshake could begin. */
    public boolean isConnected() {
        return this != REFUSED && this != CONNECT_TIMEOUT && this != UNREACHABLE && this != NO_STARTTLS;
    }
}
