package io.sallyport.tls.x509;

import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * The key identifiers by which authorities of one name are told apart (RFC 5280 sections 4.2.1.1 and 4.2.1.2). They are
 * a hint: where one is missing or in an unusual form, the signature decides.
 */
public final class KeyIdentifiers {
    private static final String SUBJECT = "2.5.29.14";
    private static final String AUTHORITY = "2.5.29.35";
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int KEY_IDENTIFIER = 0x80;

    private KeyIdentifiers() {}

    /** Whether {@code certificate} says that another key than that of {@code issuer} signed it. */
    public static boolean contradict(X509Certificate certificate, X509Certificate issuer) {
        @Nullable ByteBuffer wanted = keyIdentifier(certificate);
        @Nullable ByteBuffer found = own(issuer);
        return wanted != null && found != null && !wanted.equals(found);
    }

    /** Whether {@code certificate} says that the key of {@code issuer} signed it. */
    public static boolean agree(X509Certificate certificate, X509Certificate issuer) {
        @Nullable ByteBuffer wanted = keyIdentifier(certificate);
        return wanted != null && wanted.equals(own(issuer));
    }

    private static @Nullable ByteBuffer own(X509Certificate issuer) {
        return inside(inside(value(issuer, SUBJECT), OCTET_STRING), OCTET_STRING);
    }

    private static @Nullable ByteBuffer keyIdentifier(X509Certificate certificate) {
        @Nullable ByteBuffer sequence = inside(inside(value(certificate, AUTHORITY), OCTET_STRING), SEQUENCE);
        return inside(sequence, KEY_IDENTIFIER);
    }

    private static @Nullable ByteBuffer value(X509Certificate certificate, String extension) {
        byte @Nullable [] value = certificate.getExtensionValue(extension);
        return value == null ? null : ByteBuffer.wrap(value);
    }

    /** The content of the DER element that {@code outer} begins with; null unless it has {@code tag} and a short length. */
    private static @Nullable ByteBuffer inside(@Nullable ByteBuffer outer, int tag) {
        if (outer == null || outer.remaining() < 2 || (outer.get(0) & 0xff) != tag) {
            return null;
        }
        int length = outer.get(1);
        return length < 0 || length > outer.remaining() - 2 ? null : outer.slice(2, length);
    }
}
