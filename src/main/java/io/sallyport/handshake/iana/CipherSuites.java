package io.sallyport.handshake.iana;

/**
 * Cipher suites by their IANA names ("TLS Cipher Suites" registry), with the few never registered that old clients
 * still offer.
 */
public final class CipherSuites {
    /** Not a suite: the client can renegotiate securely (RFC 5746 section 3.3). */
    public static final int TLS_EMPTY_RENEGOTIATION_INFO_SCSV = 0x00FF;

    /** Not a suite: the client came back with a lower version than it can speak (RFC 7507 section 2). */
    public static final int TLS_FALLBACK_SCSV = 0x5600;

    private static final CodeTable TABLE =
            CodeTable.ofRegistry("tls-parameters-4.csv", 4).with("""
            001c TLS_FORTEZZA_DMS_WITH_NULL_SHA
            001d TLS_FORTEZZA_DMS_WITH_FORTEZZA_CBC_SHA
            0062 TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA
            0063 TLS_DHE_DSS_EXPORT1024_WITH_DES_CBC_SHA
            0064 TLS_RSA_EXPORT1024_WITH_RC4_56_SHA
            0065 TLS_DHE_DSS_EXPORT1024_WITH_RC4_56_SHA
            0066 TLS_DHE_DSS_WITH_RC4_128_SHA""");

    private CipherSuites() {}

    /** {@code TLS_AES_128_GCM_SHA256} and the like, {@code 0x1234} for an unknown one. */
    public static String name(int suite) {
        return TABLE.name(suite);
    }

    /** The suite of an IANA name in any case, or -1. */
    public static int code(String name) {
        return TABLE.code(name);
    }

    /** Every registered suite, the signalling values (SCSV) among them, in ascending order. */
    public static CodeList all() {
        return TABLE.codes();
    }

    /** Whether the suite belongs to TLS 1.3, where it names neither key exchange nor signature (RFC 8446 B.4). */
    public static boolean isTls13(int suite) {
        return suite >>> 8 == 0x13;
    }
}
