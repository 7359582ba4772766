package io.sallyport.config.value;

/** Which protocol versions and TLS 1.2 suites are taken: the Mozilla Server Side TLS guideline's names. */
public enum TlsProfile {
    /** TLS 1.3 alone. */
    MODERN,
    /** TLS 1.2 with forward secrecy and authenticated encryption, and TLS 1.3. */
    INTERMEDIATE,
    /** TLS 1.0 to 1.3 with everything an old client needs. */
    OLD,
    /** As the lists beside it say, and {@code INTERMEDIATE} where they say nothing. */
    CUSTOM
}
