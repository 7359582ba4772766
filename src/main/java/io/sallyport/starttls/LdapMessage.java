package io.sallyport.starttls;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * An LDAPMessage (RFC 4511 section 4.1.1), as far as is needed before TLS. Lengths may be longer than they need be, as Windows
 * writes them, so a reader of DER does not do; and the length of a message is looked for before all of it is there.
 *
 * @param id of the message, 0 to 2147483647
 * @param tag of the operation
 * @param body of the operation, one character a byte
 */
record LdapMessage(int id, int tag, String body) {
    static final String START_TLS = "1.3.6.1.4.1.1466.20037";
    static final String NOTICE_OF_DISCONNECTION = "1.3.6.1.4.1.1466.20036";

    static final int EXTENDED_REQUEST = 0x77;
    static final int EXTENDED_RESPONSE = 0x78;
    static final int REQUEST_NAME = 0x80;

    /** Whole. A bind with a long name and password is below that, and nothing longer is of use before TLS. */
    static final int LONGEST = 4096;

    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int ENUMERATED = 0x0a;
    private static final int OCTET_STRING = 0x04;
    private static final int RESPONSE_NAME = 0x8a;
    private static final int LONGEST_ID = 4;

    /** The bytes are no LDAPMessage. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    /** One element: its tag, and where its content is. */
    private record Element(int tag, int start, int end) {}

    /** Bytes of the message that begins here; 0: its length is not there yet. */
    static int length(ByteBuf received) throws MalformedException {
        if (received.isReadable() && received.getUnsignedByte(received.readerIndex()) != SEQUENCE) {
            throw new MalformedException("first bytes " + Strangers.shown(received));
        }
        int header = headerLength(received, received.readerIndex(), received.writerIndex());
        if (header == 0) {
            return 0;
        }
        int whole = header + contentLength(received, received.readerIndex());
        if (whole > LONGEST) {
            throw new MalformedException("a message of " + whole + " bytes (expected: at most " + LONGEST + ")");
        }
        return whole;
    }

    /** Reads a message that is there whole. */
    static LdapMessage read(ByteBuf message) throws MalformedException {
        Element all = element(message, message.readerIndex(), message.writerIndex());
        Element id = element(message, all.start(), all.end());
        int idLength = id.end() - id.start();
        if (id.tag() != INTEGER || idLength < 1 || idLength > LONGEST_ID || message.getByte(id.start()) < 0) {
            throw new MalformedException("a message without an id");
        }
        int value = 0;
        for (int i = id.start(); i < id.end(); i++) {
            value = value << 8 | message.getUnsignedByte(i);
        }
        Element operation = element(message, id.end(), all.end());
        String body =
                message.toString(operation.start(), operation.end() - operation.start(), StandardCharsets.ISO_8859_1);
        return new LdapMessage(value, operation.tag(), body);
    }

    private static Element element(ByteBuf bytes, int at, int end) throws MalformedException {
        int header = headerLength(bytes, at, end);
        int start = at + header;
        if (header == 0 || contentLength(bytes, at) > end - start) {
            throw new MalformedException("an element that is longer than what it stands in");
        }
        return new Element(bytes.getUnsignedByte(at), start, start + contentLength(bytes, at));
    }

    /** Bytes of tag and length; 0 when they are not whole. */
    private static int headerLength(ByteBuf bytes, int at, int end) throws MalformedException {
        if (end - at < 2) {
            return 0;
        }
        int first = bytes.getUnsignedByte(at + 1);
        int more = first < 0x80 ? 0 : first & 0x7f;
        if (first == 0x80 || more > Integer.BYTES) {
            throw new MalformedException("a length that is not definite (RFC 4511 section 5.1), or beyond any measure");
        }
        return end - at < 2 + more ? 0 : 2 + more;
    }

    private static int contentLength(ByteBuf bytes, int at) throws MalformedException {
        int first = bytes.getUnsignedByte(at + 1);
        if (first < 0x80) {
            return first;
        }
        long length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = length << 8 | bytes.getUnsignedByte(at + 2 + i);
        }
        if (length > LONGEST) {
            throw new MalformedException("a message of " + length + " bytes (expected: at most " + LONGEST + ")");
        }
        return (int) length;
    }

    /** The result code of a response; -1 where it has none. */
    int resultCode() {
        return body.length() > 2 && body.charAt(0) == ENUMERATED && body.charAt(1) == 1 ? body.charAt(2) : -1;
    }

    /** As on the wire. */
    String written() {
        return Ber.element(SEQUENCE, Ber.element(INTEGER, idBytes()) + Ber.element(tag, body));
    }

    private String idBytes() {
        String all = Ber.bigEndian(id, Integer.BYTES);
        int from = 0;
        while (from < Integer.BYTES - 1 && all.charAt(from) == 0 && all.charAt(from + 1) < 0x80) {
            from++;
        }
        return all.substring(from);
    }

    /** An ExtendedRequest to start TLS. */
    static LdapMessage startTls(int id) {
        return new LdapMessage(id, EXTENDED_REQUEST, Ber.element(REQUEST_NAME, START_TLS));
    }

    /** A response (RFC 4511 section 4.1.9). */
    static LdapMessage response(int id, int tag, int code, String words) {
        return new LdapMessage(
                id,
                tag,
                Ber.element(ENUMERATED, Ber.bigEndian(code, 1))
                        + Ber.element(OCTET_STRING, "")
                        + Ber.element(OCTET_STRING, words));
    }

    /** An ExtendedResponse. */
    static LdapMessage extended(int id, int code, String words, String name) {
        LdapMessage response = response(id, EXTENDED_RESPONSE, code, words);
        return new LdapMessage(id, EXTENDED_RESPONSE, response.body() + Ber.element(RESPONSE_NAME, name));
    }
}
