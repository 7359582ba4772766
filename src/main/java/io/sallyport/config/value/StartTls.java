package io.sallyport.config.value;

import java.util.Locale;

/** The protocols that begin in plain text and ask for TLS. */
public enum StartTls {
    /** TLS from the first byte. */
    OFF,
    /** SSLRequest. */
    POSTGRESQL,
    /** RFC 3207. */
    SMTP,
    /** RFC 9051 section 6.2.1. */
    IMAP,
    /** RFC 2595 section 4. */
    POP3,
    /** RFC 4511 section 4.14. */
    LDAP;

    /** As the configuration writes it. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
