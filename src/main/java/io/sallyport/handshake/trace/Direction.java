package io.sallyport.handshake.trace;

/** Which way bytes of a handshake travel. */
public enum Direction {
    CLIENT_TO_SERVER,
    SERVER_TO_CLIENT
}
