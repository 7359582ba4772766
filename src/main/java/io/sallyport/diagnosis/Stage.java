package io.sallyport.diagnosis;

import java.util.Locale;

/** The step of a handshake that it did not get past, in the order of RFC 8446 section 2 and RFC 5246 section 7.3. */
public enum Stage {
    /** TCP is open, and no byte came. */
    TCP,
    /** The PROXY protocol header that a trusted peer is to send did not come, or not whole, or is none. */
    PROXY_HEADER,
    /** What is said in plain text before TLS, where a listener has {@code starttls}. */
    STARTTLS,
    /** The ClientHello did not come, or not whole, or is none. */
    CLIENT_HELLO,
    /** Nothing could be chosen from what the ClientHello offers. */
    SERVER_HELLO,
    /** The client has our certificate, and did not go on. */
    SERVER_CERTIFICATE,
    /** The client's certificate, or that there is none. */
    CLIENT_CERTIFICATE,
    /** The proof that the client has the key of its certificate. */
    CERTIFICATE_VERIFY,
    /** The proof that both sides have the same keys and saw the same messages. */
    FINISHED;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /** Lower case, as in logs. */
    public String tag() {
        return tag;
    }
}
