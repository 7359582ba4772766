package io.sallyport.explain.judge;

import java.util.Locale;

/** Why a handshake with a server failed, as its client sees it. A closed set. */
public enum FailureKind {
    /** The host's name has no address. */
    UNRESOLVED,
    CONNECTION_REFUSED,
    CONNECTION_TIMEOUT,
    UNREACHABLE,
    /** The server does not let TLS begin where the protocol begins in plain text. */
    NO_STARTTLS,
    PLAIN_HTTP,
    OTHER_PROTOCOL,
    /** The server's bytes are no TLS and nothing known. */
    GARBAGE,
    /** TCP is connected, and then nothing. */
    NO_ANSWER,
    /** The server stopped in the middle. */
    STALLED,
    SERVER_LEFT,
    SERVER_RESET,
    /** Nothing came of a ClientHello of more than one packet, and a smaller one is answered. */
    LARGE_CLIENT_HELLO,
    NO_COMMON_VERSION,
    /** handshake_failure: no common suite, group or signature scheme. */
    NO_COMMON_PARAMETERS,
    SERVER_NAME_REFUSED,
    NO_COMMON_ALPN,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_REFUSED,
    /** The server says that the fault is its own. */
    SERVER_FAULT,
    /** Another alert of the server. */
    SERVER_ALERT,
    /** The server broke the protocol. */
    PROTOCOL_ERROR,
    /** The handshake was done, and a client that verifies certificates would have ended it. */
    CERTIFICATE_REFUSED,
    /** The client's own key cannot be used. */
    CLIENT_KEY_UNUSABLE;

    /** The word for it in reports. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
