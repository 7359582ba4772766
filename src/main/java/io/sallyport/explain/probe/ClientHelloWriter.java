package io.sallyport.explain.probe;

import io.netty.buffer.ByteBuf;
import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.handshake.iana.HandshakeTypes;
import io.sallyport.handshake.iana.SignatureSchemes;
import io.sallyport.handshake.iana.TlsVersions;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes a ClientHello in one record (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2, RFC 6101 section 5.6.1.2): with what
 * BoringSSL has no more, or does not let one choose singly.
 */
final class ClientHelloWriter {
    private static final int RANDOM_LENGTH = 32;
    private static final int NULL_COMPRESSION = 0;
    private static final int UNCOMPRESSED_POINTS = 0;
    private static final int PSK_DHE = 1;
    private static final int HOST_NAME = 0;

    /** All that a server may sign with, the broken ones too: what it takes is the question. */
    private static final List<Integer> SCHEMES = Stream.of(
                    "ecdsa_secp256r1_sha256",
                    "ecdsa_secp384r1_sha384",
                    "ecdsa_secp521r1_sha512",
                    "ed25519",
                    "ed448",
                    "rsa_pss_rsae_sha256",
                    "rsa_pss_rsae_sha384",
                    "rsa_pss_rsae_sha512",
                    "rsa_pss_pss_sha256",
                    "rsa_pss_pss_sha384",
                    "rsa_pss_pss_sha512",
                    "rsa_pkcs1_sha256",
                    "rsa_pkcs1_sha384",
                    "rsa_pkcs1_sha512",
                    "ecdsa_sha224",
                    "rsa_pkcs1_sha224",
                    "ecdsa_sha1",
                    "rsa_pkcs1_sha1",
                    "dsa_sha256",
                    "dsa_sha1")
            .map(SignatureSchemes::code)
            .toList();

    private final SecureRandom random;

    ClientHelloWriter(SecureRandom random) {
        this.random = random;
    }

    /** Appends the record. */
    void write(HelloOffer offer, ByteBuf out) {
        out.writeByte(ContentTypes.HANDSHAKE);
        out.writeShort(Math.min(offer.version(), TlsVersions.TLS_1_0));
        int record = openShort(out);
        out.writeByte(HandshakeTypes.CLIENT_HELLO);
        int message = out.writerIndex();
        out.writeMedium(0);
        writeBody(offer, out);
        out.setMedium(message, out.writerIndex() - message - 3);
        close(out, record);
    }

    private void writeBody(HelloOffer offer, ByteBuf out) {
        out.writeShort(Math.min(offer.version(), TlsVersions.TLS_1_2));
        out.writeBytes(randomBytes());
        if (offer.isTls13()) {
            out.writeByte(RANDOM_LENGTH).writeBytes(randomBytes()); // RFC 8446 appendix D.4
        } else {
            out.writeByte(0);
        }
        writeShorts(offer.suites(), out);
        out.writeByte(1).writeByte(NULL_COMPRESSION);
        if (offer.version() > TlsVersions.SSL_3) {
            int extensions = openShort(out);
            writeExtensions(offer, out);
            close(out, extensions);
        }
    }

    private static void writeExtensions(HelloOffer offer, ByteBuf out) {
        String name = offer.serverName();
        if (name != null) {
            int extension = open(ExtensionTypes.SERVER_NAME, out);
            int list = openShort(out);
            out.writeByte(HOST_NAME);
            int host = openShort(out);
            out.writeCharSequence(name, StandardCharsets.US_ASCII);
            close(out, host);
            close(out, list);
            close(out, extension);
        }
        if (!offer.groups().isEmpty()) {
            int extension = open(ExtensionTypes.SUPPORTED_GROUPS, out);
            writeShorts(offer.groups(), out);
            close(out, extension);
        }
        int schemes = open(ExtensionTypes.SIGNATURE_ALGORITHMS, out);
        writeShorts(SCHEMES, out);
        close(out, schemes);
        if (offer.isTls13()) {
            writeTls13(out);
            return;
        }
        int points = open(ExtensionTypes.EC_POINT_FORMATS, out);
        out.writeByte(1).writeByte(UNCOMPRESSED_POINTS);
        close(out, points);
        close(out, open(ExtensionTypes.EXTENDED_MASTER_SECRET, out));
        int renegotiation = open(ExtensionTypes.RENEGOTIATION_INFO, out);
        out.writeByte(0);
        close(out, renegotiation);
    }

    private static void writeTls13(ByteBuf out) {
        int versions = open(ExtensionTypes.SUPPORTED_VERSIONS, out);
        out.writeByte(Short.BYTES).writeShort(TlsVersions.TLS_1_3);
        close(out, versions);
        int modes = open(ExtensionTypes.PSK_KEY_EXCHANGE_MODES, out);
        out.writeByte(1).writeByte(PSK_DHE);
        close(out, modes);
        int shares = open(ExtensionTypes.KEY_SHARE, out);
        out.writeShort(0);
        close(out, shares);
    }

    private byte[] randomBytes() {
        byte[] bytes = new byte[RANDOM_LENGTH];
        random.nextBytes(bytes);
        return bytes;
    }

    private static void writeShorts(List<Integer> codes, ByteBuf out) {
        out.writeShort(codes.size() * Short.BYTES);
        codes.forEach(out::writeShort);
    }

    private static int open(int extension, ByteBuf out) {
        out.writeShort(extension);
        return openShort(out);
    }

    /** Leaves room for a length of two bytes; gives its place. */
    private static int openShort(ByteBuf out) {
        int place = out.writerIndex();
        out.writeShort(0);
        return place;
    }

    private static void close(ByteBuf out, int place) {
        out.setShort(place, out.writerIndex() - place - Short.BYTES);
    }
}
