package io.sallyport.connection;

import io.sallyport.diagnosis.FailureReason;
import io.sallyport.diagnosis.HandshakeEnd;
import io.sallyport.diagnosis.HandshakeFailure;
import io.sallyport.metrics.CloseReason;

/** What an {@link Admission} waits for, and what it means that the client leaves or is late there. */
enum AdmissionStep {
    /** The first byte of the PROXY protocol header that the peer has to send. */
    PROXY_HEADER("no whole PROXY protocol header", FailureReason.BARE_PROBE),
    /** The rest of it. */
    REST_OF_PROXY_HEADER("no whole PROXY protocol header", FailureReason.PROXY_HEADER_MALFORMED),
    /** That the client asks for TLS. */
    STARTTLS("nothing that asks for TLS", FailureReason.BARE_PROBE),
    REST_OF_STARTTLS("nothing that asks for TLS", FailureReason.STARTTLS_NOT_ASKED),
    /** The first byte of TLS of a client that has asked for it. */
    ASKED_HELLO("no ClientHello behind the answer to the request for TLS", FailureReason.CLIENT_LEFT),
    /** The first byte of a request in plain HTTP, which gets an answer and nothing else. */
    REQUEST("no whole request", FailureReason.BARE_PROBE),
    REST_OF_REQUEST("no whole request", FailureReason.CLIENT_LEFT),
    /** The client's first byte. */
    HELLO("no whole ClientHello", FailureReason.BARE_PROBE),
    /** The rest of its ClientHello. */
    REST_OF_HELLO("no whole ClientHello", FailureReason.CLIENT_HELLO_INCOMPLETE),
    /** A place among the handshakes under way. */
    TURN("no turn", FailureReason.CLIENT_LEFT),
    /** The client's Finished. */
    HANDSHAKE("not finished", FailureReason.CLIENT_LEFT),
    /** Nothing: admitted or failed. */
    OVER("not finished", FailureReason.CLIENT_LEFT);

    private final String missing;
    private final FailureReason left;

    AdmissionStep(String missing, FailureReason left) {
        this.missing = missing;
        this.left = left;
    }

    /** Whether nothing has come of the client yet. */
    boolean isIdle() {
        return left == FailureReason.BARE_PROBE;
    }

    /** The step after the first bytes of what it waits for. */
    AdmissionStep begun() {
        return switch (this) {
            case PROXY_HEADER -> REST_OF_PROXY_HEADER;
            case STARTTLS -> REST_OF_STARTTLS;
            case REQUEST -> REST_OF_REQUEST;
            case HELLO, ASKED_HELLO -> REST_OF_HELLO;
            default -> this;
        };
    }

    /** The client has gone in the middle of it. */
    HandshakeFailure left(HandshakeEnd how, String detail) {
        return new HandshakeFailure(left, how, detail);
    }

    /** What has to come did not, in the time that {@code key} allows. */
    HandshakeFailure late(String key) {
        FailureReason reason = this == STARTTLS || this == REST_OF_STARTTLS || this == ASKED_HELLO
                ? FailureReason.STARTTLS_TIMEOUT
                : FailureReason.TIMEOUT;
        return new HandshakeFailure(reason, HandshakeEnd.TIMEOUT, missing + " within " + key);
    }

    /** There is no room for it. */
    static HandshakeFailure overload(String detail) {
        return new HandshakeFailure(FailureReason.OVERLOAD, HandshakeEnd.CLOSED, detail);
    }

    /** How a connection ends whose admission failed here for this reason. */
    CloseReason ends(FailureReason reason) {
        return switch (reason) {
            // Without a handshake none has failed.
            case TIMEOUT, CLIENT_LEFT, CLIENT_RESET, DRAINING ->
                this == REQUEST || this == REST_OF_REQUEST ? CloseReason.REQUEST_REFUSED : CloseReason.HANDSHAKE_FAILED;
            case BARE_PROBE -> CloseReason.BARE_PROBE;
            case SOURCE_DENIED -> CloseReason.SOURCE_DENIED;
            default -> CloseReason.HANDSHAKE_FAILED;
        };
    }
}
