package io.sallyport.handshake.iana;

/** Certificate compression algorithms (RFC 8879 section 7.3). */
public final class CertificateCompressionAlgorithms {
    private static final CodeTable TABLE = CodeTable.of(4, """
            0001 zlib
            0002 brotli
            0003 zstd""");

    private CertificateCompressionAlgorithms() {}

    /** {@code zlib} and the like, {@code 0x1234} for an unknown one. */
    public static String name(int algorithm) {
        return TABLE.name(algorithm);
    }
}
