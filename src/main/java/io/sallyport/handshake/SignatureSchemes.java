package io.sallyport.handshake;

/**
 * Signature schemes by their IANA names ("TLS SignatureScheme" registry, RFC 8446 section 4.2.3); the TLS 1.2 pairs of
 * hash and signature that the registry leaves out are written in the same form.
 */
public final class SignatureSchemes {
    private static final CodeTable TABLE = CodeTable.ofShorts("""
            0101 rsa_pkcs1_md5
            0201 rsa_pkcs1_sha1
            0202 dsa_sha1
            0203 ecdsa_sha1
            0301 rsa_pkcs1_sha224
            0302 dsa_sha224
            0303 ecdsa_sha224
            0401 rsa_pkcs1_sha256
            0402 dsa_sha256
            0403 ecdsa_secp256r1_sha256
            0420 rsa_pkcs1_sha256_legacy
            0501 rsa_pkcs1_sha384
            0502 dsa_sha384
            0503 ecdsa_secp384r1_sha384
            0520 rsa_pkcs1_sha384_legacy
            0601 rsa_pkcs1_sha512
            0602 dsa_sha512
            0603 ecdsa_secp521r1_sha512
            0620 rsa_pkcs1_sha512_legacy
            0704 eccsi_sha256
            0705 iso_ibs1
            0706 iso_ibs2
            0707 iso_chinese_ibs
            0708 sm2sig_sm3
            0709 gostr34102012_256a
            070a gostr34102012_256b
            070b gostr34102012_256c
            070c gostr34102012_256d
            070d gostr34102012_512a
            070e gostr34102012_512b
            070f gostr34102012_512c
            0804 rsa_pss_rsae_sha256
            0805 rsa_pss_rsae_sha384
            0806 rsa_pss_rsae_sha512
            0807 ed25519
            0808 ed448
            0809 rsa_pss_pss_sha256
            080a rsa_pss_pss_sha384
            080b rsa_pss_pss_sha512
            081a ecdsa_brainpoolP256r1tls13_sha256
            081b ecdsa_brainpoolP384r1tls13_sha384
            081c ecdsa_brainpoolP512r1tls13_sha512
            0904 mldsa44
            0905 mldsa65
            0906 mldsa87
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
