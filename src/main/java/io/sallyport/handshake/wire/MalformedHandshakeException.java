package io.sallyport.handshake.wire;

import io.sallyport.handshake.iana.AlertDescriptions;

/** A handshake message breaks the rules of its specification. Carries no stack trace: hostile clients cause many. */
public final class MalformedHandshakeException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** @param detail the field and the values, such as {@code "cipher_suites: 3 bytes (expected: an even number)"} */
    MalformedHandshakeException(Reason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** The field and the values, free of text from the wire. */
    public String detail() {
        return String.valueOf(getMessage());
    }

    /** The closed set of rules that a ClientHello or the records around it can break. */
    public enum Reason {
        /** A field runs past the end of the message or of the vector around it (RFC 8446 section 3.4). */
        TRUNCATED("decode_error"),
        /** Bytes remain after the last field of the message or of an extension. */
        TRAILING_BYTES("decode_error"),
        /** A vector's length is outside its bounds or no multiple of its elements. */
        BAD_LENGTH("decode_error"),
        /** A list is empty that needs at least one entry. */
        EMPTY_LIST("decode_error"),
        /** More entries than any client has a use for. */
        TOO_MANY_ENTRIES("decode_error"),
        /** An extension type appears twice (RFC 8446 section 4.2). */
        DUPLICATE_EXTENSION("illegal_parameter"),
        /** More than one host_name in server_name (RFC 6066 section 3). */
        MULTIPLE_HOST_NAMES("illegal_parameter"),
        /** pre_shared_key is not the last extension (RFC 8446 section 4.2.11). */
        PRE_SHARED_KEY_NOT_LAST("illegal_parameter"),
        /** A handshake message other than a ClientHello came first. */
        UNEXPECTED_MESSAGE("unexpected_message"),
        /** An alert, change_cipher_spec or application data came before the ClientHello was complete. */
        UNEXPECTED_RECORD("unexpected_message"),
        /** A record inside the ClientHello has another major version than 3. */
        BAD_RECORD_VERSION("protocol_version"),
        /** A record is longer than the protocol allows (RFC 8446 sections 5.1 and 5.2). */
        RECORD_TOO_LONG("record_overflow"),
        /** The ClientHello is spread over more records than any client needs. */
        TOO_MANY_RECORDS("unexpected_message");

        private final int alert;

        Reason(String alert) {
            this.alert = AlertDescriptions.code(alert);
        }

        /** The description of the alert that tells the client (RFC 8446 section 6.2). */
        public int alert() {
            return alert;
        }
    }
}
