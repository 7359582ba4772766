package io.sallyport.handshake.iana;

/**
 * Key exchange groups by their IANA names ("TLS Supported Groups" registry, RFC 8446 section 4.2.7, RFC 7919,
 * draft-ietf-tls-ecdhe-mlkem).
 */
public final class NamedGroups {
    private static final CodeTable TABLE =
            CodeTable.ofRegistry("tls-parameters-8.csv", 4).with("""
            0013 P-192
            0015 P-224
            0017 P-256 prime256v1
            0018 P-384
            0019 P-521""");

    private NamedGroups() {}

    /** {@code x25519}, {@code secp256r1} and the like, {@code 0x1234} for an unknown one. */
    public static String name(int group) {
        return TABLE.name(group);
    }

    /** The group of an IANA, NIST or OpenSSL name ({@code secp256r1}, {@code P-256}, {@code prime256v1}), or -1. */
    public static int code(String name) {
        return TABLE.code(name);
    }
}
