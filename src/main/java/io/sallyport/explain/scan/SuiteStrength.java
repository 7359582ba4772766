package io.sallyport.explain.scan;

import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.KeyExchange;
import java.util.regex.Pattern;

/** What is weak about a cipher suite, by its IANA name (RFC 9325 section 4.1 and 4.2). */
public enum SuiteStrength {
    STRONG(""),
    CBC("CBC"),
    NO_FORWARD_SECRECY("no forward secrecy"),
    BROKEN("broken");

    private static final Pattern BROKEN_PARTS =
            Pattern.compile("_(NULL|RC4|RC2|DES|DES40|3DES|EXPORT|anon|IDEA)_|_MD5$|_NULL_SHA");

    private final String words;

    SuiteStrength(String words) {
        this.words = words;
    }

    /** The worst that there is. */
    public static SuiteStrength of(int suite) {
        if (CipherSuites.isTls13(suite)) {
            return STRONG;
        }
        String name = CipherSuites.name(suite);
        if (BROKEN_PARTS.matcher(name).find()) {
            return BROKEN;
        }
        KeyExchange exchange = KeyExchange.ofSuite(suite);
        if (exchange != KeyExchange.ECDHE && exchange != KeyExchange.DHE) {
            return NO_FORWARD_SECRECY;
        }
        return name.contains("_CBC_") ? CBC : STRONG;
    }

    /** In two or three words; empty for a strong one. */
    public String words() {
        return words;
    }
}
