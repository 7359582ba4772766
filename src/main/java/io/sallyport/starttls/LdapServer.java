package io.sallyport.starttls;

import io.netty.buffer.ByteBuf;
import io.sallyport.diagnosis.FailureReason;

/** RFC 4511 as far as it goes before TLS: StartTLS (section 4.14), and confidentialityRequired for all the rest. */
final class LdapServer implements StartTlsServer {
    private static final int SUCCESS = 0;
    private static final int PROTOCOL_ERROR = 2;
    private static final int STRONGER_AUTH_REQUIRED = 8;
    private static final int CONFIDENTIALITY_REQUIRED = 13;
    private static final int NO_ANSWER = -1;
    private static final int UNKNOWN = -2;
    private static final int UNBIND = 0x42;

    private int messages;

    @Override
    public String greeting() {
        return "";
    }

    @Override
    public Turn read(ByteBuf received) {
        if (messages == 0 && received.isReadable()) {
            Turn stranger = Strangers.refuse(received, null, "");
            if (stranger != null) {
                return stranger;
            }
            if (Strangers.isUndecided(received)) {
                return Turn.MORE;
            }
        }
        try {
            int length = LdapMessage.length(received);
            if (length == 0 || received.readableBytes() < length) {
                return Turn.MORE;
            }
            messages++;
            if (messages > LineServer.MOST_COMMANDS) {
                return Turn.end(
                        disconnection(STRONGER_AUTH_REQUIRED, "too many messages without TLS"),
                        FailureReason.TLS_REQUIRED,
                        "more than " + LineServer.MOST_COMMANDS + " messages, and none of them asks for TLS");
            }
            return answer(LdapMessage.read(received.readSlice(length)), received);
        } catch (LdapMessage.MalformedException e) {
            return malformed(String.valueOf(e.getMessage()));
        }
    }

    private static Turn answer(LdapMessage message, ByteBuf behind) {
        if (message.tag() == UNBIND) {
            return Turn.end("", FailureReason.STARTTLS_NOT_ASKED, "the client said good-bye");
        }
        if (message.equals(LdapMessage.startTls(message.id()))) {
            // Section 4.14.1: the client waits for the answer, so what is there already is somebody else's.
            behind.skipBytes(behind.readableBytes());
            return new Turn.Begin(LdapMessage.extended(message.id(), SUCCESS, "", LdapMessage.START_TLS)
                    .written());
        }
        int tag = responseTo(message.tag());
        return switch (tag) {
            case UNKNOWN -> malformed("an operation with the tag " + message.tag());
            case NO_ANSWER -> new Turn.Answer("");
            default ->
                new Turn.Answer(LdapMessage.response(
                                message.id(), tag, CONFIDENTIALITY_REQUIRED, "TLS is required: StartTLS comes first")
                        .written());
        };
    }

    /** The tag of the response to an operation (sections 4.2 to 4.12). */
    private static int responseTo(int operation) {
        return switch (operation) {
            case 0x60 -> 0x61; // bind
            case 0x63 -> 0x65; // search: its end
            case 0x66 -> 0x67; // modify
            case 0x68 -> 0x69; // add
            case 0x4a -> 0x6b; // delete
            case 0x6c -> 0x6d; // modify DN
            case 0x6e -> 0x6f; // compare
            case 0x50 -> NO_ANSWER; // abandon
            case LdapMessage.EXTENDED_REQUEST -> LdapMessage.EXTENDED_RESPONSE;
            default -> UNKNOWN;
        };
    }

    private static Turn malformed(String detail) {
        return Turn.end(disconnection(PROTOCOL_ERROR, "no LDAP"), FailureReason.STARTTLS_MALFORMED, detail);
    }

    /** RFC 4511 section 4.4.1. */
    private static String disconnection(int code, String words) {
        return LdapMessage.extended(0, code, words, LdapMessage.NOTICE_OF_DISCONNECTION)
                .written();
    }
}
