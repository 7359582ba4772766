package io.sallyport.handshake.iana;

/**
 * The values that clients reserve to keep servers tolerant of the unknown ("Generate Random Extensions And Sustain
 * Extensibility", RFC 8701 section 2).
 */
public final class Grease {
    private Grease() {}

    /** Whether a 16 bit code (suite, extension, group, signature scheme, version) is one of 0x0a0a, 0x1a1a, ... 0xfafa. */
    public static boolean isGrease(int code) {
        return (code & 0x0F0F) == 0x0A0A && code >>> 8 == (code & 0xFF);
    }
}
