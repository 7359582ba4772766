package io.sallyport.handshake.trace;

import io.sallyport.handshake.iana.CodeList;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.handshake.iana.Hex;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.wire.ClientHello;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The JA4 fingerprint of a TLS client over TCP, such as {@code t13d1516h2_8daaf6152771_e5627efa2ab1}: version, server
 * name or not, counts and protocol in the clear; then truncated hashes of the sorted cipher suites, and of the sorted
 * extensions with the signature schemes. Source: FoxIO's specification of JA4, "JA4: TLS Client Fingerprinting".
 */
public final class Ja4 {
    private static final String EMPTY_HASH = "000000000000";
    private static final int HASH_BYTES = 6;
    private static final int MAX_COUNT = 99;

    /** One for each thread that writes a log: looking it up and making it costs as much as the hash. */
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(Ja4::sha256);

    private Ja4() {}

    /** The fingerprint, always 36 characters of {@code [0-9A-Za-z_]}. */
    public static String of(ClientHello hello) {
        MessageDigest sha256 = SHA_256.get();
        StringBuilder text = new StringBuilder(36)
                .append('t')
                .append(version(hello))
                .append(hello.hasExtension(ExtensionTypes.SERVER_NAME) ? 'd' : 'i');
        appendCount(text, hello.cipherSuites().size());
        appendCount(text, hello.extensionTypes().size());
        appendProtocol(text, hello);
        appendHash(text.append('_'), sha256, suites(hello));
        appendHash(text.append('_'), sha256, extensions(hello));
        return text.toString();
    }

    private static String version(ClientHello hello) {
        int version =
                hello.hasExtension(ExtensionTypes.SUPPORTED_VERSIONS) ? hello.highestVersion() : hello.legacyVersion();
        return switch (version) {
            case TlsVersions.TLS_1_3 -> "13";
            case TlsVersions.TLS_1_2 -> "12";
            case TlsVersions.TLS_1_1 -> "11";
            case TlsVersions.TLS_1_0 -> "10";
            case TlsVersions.SSL_3 -> "s3";
            case TlsVersions.SSL_2 -> "s2";
            default -> "00";
        };
    }

    private static void appendCount(StringBuilder text, int count) {
        int capped = Math.min(count, MAX_COUNT);
        text.append((char) ('0' + capped / 10)).append((char) ('0' + capped % 10));
    }

    /** The first and the last character of the first protocol, or of its hexadecimal form if one is not alphanumeric. */
    private static void appendProtocol(StringBuilder text, ClientHello hello) {
        if (hello.alpn().isEmpty()) {
            text.append("00");
            return;
        }
        String protocol = hello.alpn().get(0);
        char first = protocol.charAt(0);
        char last = protocol.charAt(protocol.length() - 1);
        if (isAlphanumeric(first) && isAlphanumeric(last)) {
            text.append(first).append(last);
        } else {
            text.append(Hex.digit(first >>> 4)).append(Hex.digit(last));
        }
    }

    private static boolean isAlphanumeric(char character) {
        return (character >= '0' && character <= '9')
                || (character >= 'A' && character <= 'Z')
                || (character >= 'a' && character <= 'z');
    }

    private static Codes suites(ClientHello hello) {
        Codes list = new Codes(hello.cipherSuites().size());
        for (char suite : hello.cipherSuites().sorted()) {
            list.add(suite);
        }
        return list;
    }

    /** Server name and protocol are left out: one application has one hash, whatever it connects to. */
    private static Codes extensions(ClientHello hello) {
        CodeList schemes = hello.signatureSchemes();
        Codes list = new Codes(hello.extensionTypes().size() + schemes.size());
        for (char type : hello.extensionTypes().sorted()) {
            if (type != ExtensionTypes.SERVER_NAME && type != ExtensionTypes.APPLICATION_LAYER_PROTOCOL_NEGOTIATION) {
                list.add(type);
            }
        }
        for (int i = 0; i < schemes.size(); i++) {
            list.add(i == 0 ? '_' : ',', schemes.get(i));
        }
        return list;
    }

    private static void appendHash(StringBuilder text, MessageDigest sha256, Codes list) {
        if (list.length == 0) {
            text.append(EMPTY_HASH);
            return;
        }
        sha256.update(list.ascii, 0, list.length);
        byte[] hash = sha256.digest();
        for (int i = 0; i < HASH_BYTES; i++) {
            Hex.appendByte(text, hash[i]);
        }
    }

    /** Codes as they are hashed: four hexadecimal digits each, in ASCII. Made for each client, so without text in between. */
    private static final class Codes {
        private final byte[] ascii;
        private int length;

        Codes(int count) {
            ascii = new byte[5 * count];
        }

        void add(int code) {
            if (length > 0) {
                ascii[length++] = ',';
            }
            addDigits(code);
        }

        void add(char separator, int code) {
            ascii[length++] = (byte) separator;
            addDigits(code);
        }

        private void addDigits(int code) {
            for (int shift = 12; shift >= 0; shift -= 4) {
                ascii[length++] = (byte) Hex.digit(code >>> shift);
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
