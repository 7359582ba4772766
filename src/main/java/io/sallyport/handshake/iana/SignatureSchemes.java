package io.sallyport.handshake.iana;

/**
 * Signature schemes by their IANA names ("TLS SignatureScheme" registry, RFC 8446 section 4.2.3); the TLS 1.2 pairs of
 * hash and signature that the registry leaves out are written in the same form.
 */
public final class SignatureSchemes {
    private static final CodeTable TABLE =
            CodeTable.ofRegistry("tls-signaturescheme.csv", 4).with("""
            0101 rsa_pkcs1_md5
            0202 dsa_sha1
            0301 rsa_pkcs1_sha224
            0302 dsa_sha224
            0303 ecdsa_sha224
            0402 dsa_sha256
            0502 dsa_sha384
            0602 dsa_sha512
            eded gostr34102001
            eeee gostr34102012_256
            efef gostr34102012_512""");

    private SignatureSchemes() {}

    /** {@code rsa_pss_rsae_sha256} and the like, {@code 0x1234} for an unknown one. */
    public static String name(int scheme) {
        return TABLE.name(scheme);
    }

    /** The scheme of an IANA name in any case, or -1. */
    public static int code(String name) {
        return TABLE.code(name);
    }
}
