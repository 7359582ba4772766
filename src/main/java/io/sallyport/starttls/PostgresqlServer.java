package io.sallyport.starttls;

import io.netty.buffer.ByteBuf;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.wire.FirstBytes;

/**
 * PostgreSQL's start (its manual, "Message Flow", "SSL Session Encryption"): SSLRequest is answered with S, GSSENCRequest with
 * N, and a ClientHello may come without either.
 */
final class PostgresqlServer implements StartTlsServer {
    static final int SSL_REQUEST = 80877103;
    static final int GSSENC_REQUEST = 80877104;
    static final int CANCEL_REQUEST = 80877102;

    private static final int REQUEST_LENGTH = 8;

    /** MAX_STARTUP_PACKET_LENGTH of the server. */
    private static final int LONGEST = 10_000;

    private boolean gssRefused;

    @Override
    public String greeting() {
        return "";
    }

    @Override
    public Turn read(ByteBuf received) {
        if (!received.isReadable()) {
            return Turn.MORE;
        }
        if (!gssRefused) {
            if (received.getByte(received.readerIndex()) == ContentTypes.HANDSHAKE) {
                return new Turn.Direct();
            }
            Turn stranger = Strangers.refuse(received, FirstBytes.POSTGRESQL_SSL_REQUEST, "");
            if (stranger != null) {
                return stranger;
            }
        }
        if (received.getByte(received.readerIndex()) != 0) {
            // All that a client may send begins with a length below 10,000, and text would be waited for in vain.
            return !gssRefused && Strangers.isUndecided(received)
                    ? Turn.MORE
                    : Turn.end("", FailureReason.GARBAGE, "first bytes " + Strangers.shown(received));
        }
        return received.readableBytes() < REQUEST_LENGTH ? Turn.MORE : request(received);
    }

    private Turn request(ByteBuf received) {
        int length = received.getInt(received.readerIndex());
        int code = received.getInt(received.readerIndex() + Integer.BYTES);
        if (length < REQUEST_LENGTH || length > LONGEST) {
            return Turn.end(
                    "",
                    FailureReason.STARTTLS_MALFORMED,
                    "a start-up packet of " + length + " bytes (expected: 8 to " + LONGEST + ")");
        }
        return switch (code) {
            case SSL_REQUEST -> ssl(received, length);
            case GSSENC_REQUEST -> gss(received, length);
            case CANCEL_REQUEST ->
                // Forwarded, it would be a way around client certificates and access rules.
                Turn.end("", FailureReason.PLAIN_CANCEL_REQUEST, "a CancelRequest in plain text");
            default -> startup(code);
        };
    }

    private static Turn ssl(ByteBuf received, int length) {
        if (length != REQUEST_LENGTH) {
            return Turn.end("", FailureReason.STARTTLS_MALFORMED, "an SSLRequest of " + length + " bytes");
        }
        int behind = received.readableBytes() - REQUEST_LENGTH;
        if (behind > 0) {
            // CVE-2021-23214: taken for the beginning of what comes within TLS, they would be a stranger's words.
            return Turn.end("", FailureReason.STARTTLS_INJECTION, behind + " bytes behind SSLRequest");
        }
        received.skipBytes(REQUEST_LENGTH);
        return new Turn.Begin("S");
    }

    private Turn gss(ByteBuf received, int length) {
        if (length != REQUEST_LENGTH || gssRefused) {
            return Turn.end(
                    "",
                    FailureReason.STARTTLS_MALFORMED,
                    gssRefused ? "GSSENCRequest twice" : "a GSSENCRequest of " + length + " bytes");
        }
        gssRefused = true;
        received.skipBytes(REQUEST_LENGTH);
        return new Turn.Answer("N");
    }

    private static Turn startup(int code) {
        int major = code >>> 16;
        if (major < 1 || major > 3) {
            return Turn.end(
                    "",
                    FailureReason.STARTTLS_MALFORMED,
                    "a start-up packet of protocol " + major + "." + (code & 0xffff));
        }
        return Turn.end(
                error("28000", "TLS is required", "Connect with sslmode=require, or better verify-full."),
                FailureReason.TLS_REQUIRED,
                "a start-up packet in plain text");
    }

    /** ErrorResponse, in the form of protocol 3. */
    private static String error(String state, String message, String hint) {
        String fields = "SFATAL\0VFATAL\0C" + state + "\0M" + message + "\0H" + hint + "\0\0";
        return "E" + Ber.bigEndian(Integer.BYTES + fields.length(), Integer.BYTES) + fields;
    }
}
