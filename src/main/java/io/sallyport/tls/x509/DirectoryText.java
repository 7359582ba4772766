package io.sallyport.tls.x509;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The strings of certificates, decoded by their ASN.1 type (X.680 section 41) and nothing else.
 *
 * <p>The JVM's own decoding differs from release to release: of a BMPString it may take the bytes for ASCII, so that a
 * name of other characters passes for {@code root}.
 */
final class DirectoryText {
    private static final int UTF8_STRING = 0x0c;
    private static final int NUMERIC_STRING = 0x12;
    private static final int PRINTABLE_STRING = 0x13;
    private static final int T61_STRING = 0x14;
    private static final int IA5_STRING = 0x16;
    private static final int VISIBLE_STRING = 0x1a;
    private static final int UNIVERSAL_STRING = 0x1c;
    private static final int BMP_STRING = 0x1e;

    private static final Charset UTF_32 = Charset.forName("UTF-32BE");

    private DirectoryText() {}

    /** Null when {@code bytes} are no text of the type {@code tag}. */
    static @Nullable String decode(int tag, byte[] bytes) {
        return switch (tag) {
            case UTF8_STRING -> decode(bytes, StandardCharsets.UTF_8);
            case NUMERIC_STRING, PRINTABLE_STRING, IA5_STRING, VISIBLE_STRING ->
                decode(bytes, StandardCharsets.US_ASCII);
            // T.61 is read by nobody; Latin-1 is what is written into it, and what OpenSSL reads.
            case T61_STRING -> new String(bytes, StandardCharsets.ISO_8859_1);
            case UNIVERSAL_STRING -> decode(bytes, UTF_32);
            case BMP_STRING -> basicPlane(bytes);
            default -> null;
        };
    }

    private static @Nullable String basicPlane(byte[] bytes) {
        String text = decode(bytes, StandardCharsets.UTF_16BE);
        return text != null && text.chars().noneMatch(unit -> Character.isSurrogate((char) unit)) ? text : null;
    }

    private static @Nullable String decode(byte[] bytes, Charset charset) {
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
