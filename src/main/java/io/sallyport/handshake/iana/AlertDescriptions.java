package io.sallyport.handshake.iana;

/** Alert descriptions by their IANA names ("TLS Alerts" registry, RFC 8446 section 6 and appendix B.2). */
public final class AlertDescriptions {
    private static final CodeTable TABLE = CodeTable.ofRegistry("tls-parameters-6.csv", 2);

    private AlertDescriptions() {}

    /** {@code unknown_ca} and the like, {@code 0x7f} for an unknown one. */
    public static String name(int description) {
        return TABLE.name(description);
    }

    /** The description of an IANA name in any case, or -1. */
    public static int code(String name) {
        return TABLE.code(name);
    }
}
