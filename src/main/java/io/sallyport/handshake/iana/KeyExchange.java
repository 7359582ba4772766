package io.sallyport.handshake.iana;

/** How a suite of TLS 1.2 or older comes to its pre-master secret (RFC 5246 section 7.4.7, RFC 8422 section 5.7). */
public enum KeyExchange {
    /** The client encrypts it with the certificate's RSA key: no forward secrecy. */
    RSA("RSA-encrypted pre-master secret"),
    ECDHE("ECDHE public value"),
    DHE("DHE public value"),
    /** Pre-shared keys, static Diffie-Hellman, Kerberos, or a suite of TLS 1.3. */
    OTHER("key exchange");

    private final String clientSends;

    KeyExchange(String clientSends) {
        this.clientSends = clientSends;
    }

    public static KeyExchange ofSuite(int suite) {
        String name = CipherSuites.name(suite);
        if (name.contains("PSK_")) {
            return OTHER;
        }
        if (name.startsWith("TLS_ECDHE_") || name.startsWith("TLS_ECDH_anon_")) {
            return ECDHE;
        }
        if (name.startsWith("TLS_DHE_") || name.startsWith("TLS_DH_anon_")) {
            return DHE;
        }
        return name.startsWith("TLS_RSA_") ? RSA : OTHER;
    }

    /** What the ClientKeyExchange carries, in words. */
    public String clientSends() {
        return clientSends;
    }
}
