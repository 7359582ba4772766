package io.sallyport.handshake.iana;

/** Protocol versions as they stand in {@code ProtocolVersion} fields (RFC 8446 section 4.2.1 and appendix D). */
public final class TlsVersions {
    public static final int SSL_2 = 0x0002;
    public static final int SSL_3 = 0x0300;
    public static final int TLS_1_0 = 0x0301;
    public static final int TLS_1_1 = 0x0302;
    public static final int TLS_1_2 = 0x0303;
    public static final int TLS_1_3 = 0x0304;

    private static final CodeTable TABLE = CodeTable.of(4, """
            0002 SSLv2
            0300 SSLv3
            0301 TLSv1 TLSv1.0
            0302 TLSv1.1
            0303 TLSv1.2
            0304 TLSv1.3
            fefc DTLSv1.3
            fefd DTLSv1.2
            feff DTLSv1 DTLSv1.0""");

    private TlsVersions() {}

    /** {@code TLSv1.3} and the like, in the spelling of OpenSSL and the JDK; {@code 0x7f1c} for an unknown one. */
    public static String name(int version) {
        return TABLE.name(version);
    }

    /** The version of a name in any case, or -1. */
    public static int code(String name) {
        return TABLE.code(name);
    }
}
