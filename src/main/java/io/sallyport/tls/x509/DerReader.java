package io.sallyport.tls.x509;

import java.security.cert.CertificateParsingException;
import java.util.Arrays;

/**
 * Reads DER elements one after the other (X.690 section 10): lengths are definite and minimal, tags have one byte. Copies
 * nothing but what it is asked for, for the bytes may come from a stranger.
 */
final class DerReader {
    static final int INTEGER = 0x02;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;

    private static final int CONSTRUCTED = 0x20;
    private static final int MULTI_BYTE_TAG = 0x1f;
    private static final int LONG_LENGTH = 0x80;
    private static final int MOST_LENGTH_BYTES = 3;

    private final byte[] bytes;
    private final int end;
    private int position;

    DerReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private DerReader(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.position = from;
        this.end = end;
    }

    /** One element: its tag with class and constructed bit, and its place in the bytes. */
    static final class Element {
        private final byte[] bytes;
        private final int tag;
        private final int begin;
        private final int from;
        private final int end;

        private Element(byte[] bytes, int tag, int begin, int from, int end) {
            this.bytes = bytes;
            this.tag = tag;
            this.begin = begin;
            this.from = from;
            this.end = end;
        }

        int tag() {
            return tag;
        }

        boolean isConstructed() {
            return (tag & CONSTRUCTED) != 0;
        }

        /** Bytes of the content. */
        int length() {
            return end - from;
        }

        byte[] content() {
            return Arrays.copyOfRange(bytes, from, end);
        }

        /** Tag and length, too. */
        byte[] encoded() {
            return Arrays.copyOfRange(bytes, begin, end);
        }

        /** The elements that the content consists of. */
        DerReader inside() {
            return new DerReader(bytes, from, end);
        }
    }

    boolean isAtEnd() {
        return position == end;
    }

    /** @throws CertificateParsingException when there is no whole element */
    Element next() throws CertificateParsingException {
        int begin = position;
        int tag = readByte();
        if ((tag & MULTI_BYTE_TAG) == MULTI_BYTE_TAG) {
            throw new CertificateParsingException("a tag of several bytes");
        }
        int length = readLength();
        if (length > end - position) {
            throw new CertificateParsingException(
                    "an element of " + length + " bytes where " + (end - position) + " are left");
        }
        int from = position;
        position += length;
        return new Element(bytes, tag, begin, from, position);
    }

    /** @throws CertificateParsingException when what comes next has another tag */
    Element next(int tag) throws CertificateParsingException {
        Element element = next();
        if (element.tag() != tag) {
            throw new CertificateParsingException(String.format("tag 0x%02x (expected: 0x%02x)", element.tag(), tag));
        }
        return element;
    }

    private int readLength() throws CertificateParsingException {
        int first = readByte();
        if (first < LONG_LENGTH) {
            return first;
        }
        int count = first - LONG_LENGTH;
        if (count == 0 || count > MOST_LENGTH_BYTES) {
            throw new CertificateParsingException("a length of " + count + " bytes");
        }
        int length = 0;
        for (int i = 0; i < count; i++) {
            length = length << Byte.SIZE | readByte();
        }
        if (length < LONG_LENGTH || length < 1 << ((count - 1) * Byte.SIZE)) {
            throw new CertificateParsingException("a length that is longer than it need be");
        }
        return length;
    }

    private int readByte() throws CertificateParsingException {
        if (position == end) {
            throw new CertificateParsingException("it ends within an element");
        }
        return bytes[position++] & 0xff;
    }
}
