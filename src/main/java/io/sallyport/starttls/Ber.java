package io.sallyport.starttls;

/** Numbers and elements as they are written on the wire, one character a byte (ITU-T X.690 section 8.1). */
final class Ber {
    private static final int LONGEST_SHORT = 127;

    private Ber() {}

    /** Most significant byte first. */
    static String bigEndian(int value, int bytes) {
        StringBuilder text = new StringBuilder(bytes);
        for (int i = bytes - 1; i >= 0; i--) {
            text.append((char) (value >>> (8 * i) & 0xff));
        }
        return text.toString();
    }

    /** An element with a content of at most 65,535 bytes. */
    static String element(int tag, String content) {
        int length = content.length();
        String header = (char) tag
                + (length <= LONGEST_SHORT ? bigEndian(length, 1) : bigEndian(0x82, 1) + bigEndian(length, 2));
        return header + content;
    }
}
