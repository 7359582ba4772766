package io.sallyport.handshake.iana;

/** Record content types (RFC 8446 section 5.1 and appendix B.1). */
public final class ContentTypes {
    public static final int CHANGE_CIPHER_SPEC = 20;
    public static final int ALERT = 21;
    public static final int HANDSHAKE = 22;
    public static final int APPLICATION_DATA = 23;

    private static final CodeTable TABLE = CodeTable.of(2, """
            14 change_cipher_spec
            15 alert
            16 handshake
            17 application_data
            18 heartbeat""");

    private ContentTypes() {}

    /** {@code handshake} and the like, {@code 0x7f} for an unknown one. */
    public static String name(int type) {
        return TABLE.name(type);
    }
}
