package io.sallyport.tls.token;

/**
 * How a token signs.
 *
 * @param code CKM_
 * @param pssHash of RSASSA-PSS (RFC 8017 section 8.1), as {@code SHA-256}; empty: another mechanism
 * @param saltBytes the same
 */
record Mechanism(long code, String pssHash, int saltBytes) {
    static final Mechanism ECDSA = new Mechanism(0x1041, "", 0);
    static final Mechanism RSA_PKCS1 = new Mechanism(0x1, "", 0);

    static Mechanism pss(String hash, int saltBytes) {
        return new Mechanism(0xD, hash, saltBytes);
    }
}
