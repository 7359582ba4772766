package io.sallyport.tls.x509;

import io.sallyport.tls.x509.DerReader.Element;
import java.security.cert.CertificateParsingException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What is looked at in a stranger's certificate before it is parsed.
 *
 * <p>A parse costs much more for each byte of a name than for others, and somewhat more for each element: 54 KB of names
 * hold up an event loop for 100 ms. A certificate within these bounds is parsed in a millisecond or so.
 */
public final class CertificateOutline {
    /** A certificate has some 60 elements, and one for each alternative name. */
    private static final int MOST_ELEMENTS = 4096;

    private static final int MOST_NESTED = 32;

    /** Of all X.500 names in the certificate together: subject, issuer and those in extensions. */
    private static final int MOST_NAME_BYTES = 8 << 10;

    private static final int MOST_NAME_ATTRIBUTES = 256;

    private static final int VERSION = 0xa0;

    private CertificateOutline() {}

    /** The SubjectPublicKeyInfo as it is encoded. */
    public static byte[] subjectPublicKeyInfo(byte[] der) throws CertificateParsingException {
        DerReader fields = new DerReader(der)
                .next(DerReader.SEQUENCE)
                .inside()
                .next(DerReader.SEQUENCE)
                .inside();
        Element field = fields.next();
        if (field.tag() == VERSION) {
            field = fields.next();
        }
        if (field.tag() != DerReader.INTEGER) {
            throw new CertificateParsingException("no serial number");
        }
        fields.next(DerReader.SEQUENCE); // Signature algorithm.
        fields.next(DerReader.SEQUENCE); // Issuer.
        fields.next(DerReader.SEQUENCE); // Validity.
        fields.next(DerReader.SEQUENCE); // Subject.
        return fields.next(DerReader.SEQUENCE).encoded();
    }

    /**
     * Counts what a parse would meet.
     *
     * @throws CertificateParsingException when that is more than any client's certificate needs
     */
    public static void checkBounds(byte[] der) throws CertificateParsingException {
        Deque<DerReader> open = new ArrayDeque<>();
        open.push(new DerReader(der));
        int elements = 0;
        int nameBytes = 0;
        int attributes = 0;
        while (!open.isEmpty()) {
            DerReader reader = open.element();
            Element element = reader.isAtEnd() ? null : nextOrNull(reader);
            if (element == null) {
                open.pop();
                continue;
            }
            elements = bounded(elements + 1, MOST_ELEMENTS, "elements");
            if (element.tag() == DerReader.SET) {
                nameBytes = bounded(nameBytes + element.length(), MOST_NAME_BYTES, "bytes in X.500 names");
                attributes = bounded(attributes + count(element), MOST_NAME_ATTRIBUTES, "attributes in X.500 names");
            }
            if (element.isConstructed() || element.tag() == DerReader.OCTET_STRING) {
                open.push(element.inside());
                bounded(open.size(), MOST_NESTED, "nested elements");
            }
        }
    }

    private static int count(Element set) {
        DerReader members = set.inside();
        int count = 0;
        while (!members.isAtEnd() && nextOrNull(members) != null) {
            count++;
        }
        return count;
    }

    /** What an OCTET STRING holds need not be DER, and what must be is told by the parser. */
    private static @Nullable Element nextOrNull(DerReader reader) {
        try {
            return reader.next();
        } catch (CertificateParsingException e) {
            return null;
        }
    }

    private static int bounded(int count, int most, String what) throws CertificateParsingException {
        if (count > most) {
            throw new CertificateParsingException("more than " + most + " " + what);
        }
        return count;
    }
}
