package io.sallyport.handshake.wire;

import io.netty.buffer.ByteBuf;
import io.sallyport.handshake.iana.ContentTypes;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The protocol that a connection's first bytes belong to: people point all kinds of clients at a TLS port. */
public enum FirstBytes {
    /** A record header (RFC 8446 section 5.1). */
    TLS,
    /** A CLIENT-HELLO of SSL 2.0, whatever version it asks for (RFC 5246 appendix E.2). */
    SSLV2_HELLO,
    /** A request line (RFC 9112 section 3) or the preface of HTTP/2 (RFC 9113 section 3.4). */
    HTTP,
    /** The identification string (RFC 4253 section 4.2). */
    SSH,
    /** EHLO or HELO (RFC 5321 section 4.1.1.1). */
    SMTP,
    /** A PROXY protocol header in text. */
    PROXY_V1,
    /** A PROXY protocol header in binary. */
    PROXY_V2,
    /** SSLRequest or GSSENCRequest: this client starts TLS only after a server's answer in plain text. */
    POSTGRESQL_SSL_REQUEST,
    /** An array of the RESP protocol, or an inline PING. */
    REDIS,
    UNKNOWN;

    // RFC 9110 section 9.3 and RFC 5789; any other method is told by the target that follows it.
    private static final Set<String> HTTP_METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PRI");

    private static final byte[] PROXY_V2_SIGNATURE = {
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
    };
    private static final byte[] POSTGRESQL_REQUEST = {0x00, 0x00, 0x00, 0x08, 0x04, (byte) 0xD2, 0x16};
    private static final int POSTGRESQL_SSL = 0x2F;
    private static final int POSTGRESQL_GSSENC = 0x30;
    private static final byte[] SSH_IDENTIFICATION = "SSH-".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_WORD = 20;

    /** Looks at no more than the first 24 readable bytes; null while they fit more than one protocol. */
    public static @Nullable FirstBytes classify(ByteBuf peeked) {
        int start = peeked.readerIndex();
        int length = peeked.readableBytes();
        if (length == 0) {
            return null;
        }
        int first = peeked.getUnsignedByte(start);
        if (first >= ContentTypes.CHANGE_CIPHER_SPEC && first <= ContentTypes.APPLICATION_DATA) {
            return classifyRecord(peeked, start, length);
        }
        if ((first & 0x80) != 0) {
            return classifySsl2(peeked, start, length);
        }
        if (first == PROXY_V2_SIGNATURE[0]) {
            return classifyPrefix(peeked, PROXY_V2_SIGNATURE, PROXY_V2);
        }
        if (first == 0) {
            return classifyPostgresql(peeked, start, length);
        }
        if (first == '*') {
            return classifyRedis(peeked, start, length);
        }
        return isLetter(first) ? classifyWord(peeked, start, length) : UNKNOWN;
    }

    private static @Nullable FirstBytes classifyRecord(ByteBuf peeked, int start, int length) {
        if (length < 2) {
            return null;
        }
        return peeked.getByte(start + 1) == 3 ? TLS : UNKNOWN;
    }

    private static @Nullable FirstBytes classifySsl2(ByteBuf peeked, int start, int length) {
        if (length > 2 && peeked.getByte(start + 2) != 1) {
            return UNKNOWN;
        }
        if (length < 5) {
            return null;
        }
        int version = peeked.getUnsignedShort(start + 3);
        return version == 2 || version >>> 8 == 3 ? SSLV2_HELLO : UNKNOWN;
    }

    private static @Nullable FirstBytes classifyPrefix(ByteBuf peeked, byte[] prefix, FirstBytes kind) {
        int compared = Math.min(prefix.length, peeked.readableBytes());
        for (int i = 0; i < compared; i++) {
            if (peeked.getByte(peeked.readerIndex() + i) != prefix[i]) {
                return UNKNOWN;
            }
        }
        return compared == prefix.length ? kind : null;
    }

    private static @Nullable FirstBytes classifyPostgresql(ByteBuf peeked, int start, int length) {
        FirstBytes kind = classifyPrefix(peeked, POSTGRESQL_REQUEST, POSTGRESQL_SSL_REQUEST);
        if (kind != POSTGRESQL_SSL_REQUEST) {
            return kind;
        }
        if (length == POSTGRESQL_REQUEST.length) {
            return null;
        }
        int code = peeked.getByte(start + POSTGRESQL_REQUEST.length);
        return code == POSTGRESQL_SSL || code == POSTGRESQL_GSSENC ? kind : UNKNOWN;
    }

    private static @Nullable FirstBytes classifyRedis(ByteBuf peeked, int start, int length) {
        for (int i = 1; i < Math.min(length, MAX_WORD); i++) {
            int digit = peeked.getByte(start + i);
            if (digit < '0' || digit > '9') {
                return digit == '\r' && i > 1 ? REDIS : UNKNOWN;
            }
        }
        return length < MAX_WORD ? null : UNKNOWN;
    }

    /** Text protocols: a word of letters and hyphens, and what ends it. */
    private static @Nullable FirstBytes classifyWord(ByteBuf peeked, int start, int length) {
        if (classifyPrefix(peeked, SSH_IDENTIFICATION, SSH) == SSH) {
            return SSH;
        }
        int end = 0;
        while (end < length && end <= MAX_WORD && isWordCharacter(peeked.getByte(start + end))) {
            end++;
        }
        if (end > MAX_WORD) {
            return UNKNOWN;
        }
        if (end == length) {
            return null;
        }
        String word = peeked.toString(start, end, StandardCharsets.US_ASCII);
        int next = end + 1 < length ? peeked.getUnsignedByte(start + end + 1) : -1;
        return classifyCommand(word, peeked.getByte(start + end), next);
    }

    private static @Nullable FirstBytes classifyCommand(String word, int delimiter, int next) {
        boolean space = delimiter == ' ';
        boolean lineEnd = delimiter == '\r' || delimiter == '\n';
        if (space && word.equals("PROXY")) {
            return PROXY_V1;
        }
        String command = word.toUpperCase(Locale.ROOT);
        if ((space || lineEnd) && (command.equals("EHLO") || command.equals("HELO"))) {
            return SMTP;
        }
        if (lineEnd && command.equals("PING")) {
            return REDIS;
        }
        if (!space || !command.equals(word)) {
            return UNKNOWN;
        }
        if (HTTP_METHODS.contains(word)) {
            return HTTP;
        }
        if (next < 0) {
            return null;
        }
        return next == '/' || next == '*' || next == 'h' ? HTTP : UNKNOWN;
    }

    private static boolean isWordCharacter(int character) {
        return isLetter(character) || character == '-';
    }

    private static boolean isLetter(int character) {
        return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z');
    }
}
