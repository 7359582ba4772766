package io.sallyport.handshake.iana;

/** Extension types by their IANA names ("TLS ExtensionType Values" registry), with those that browsers use unregistered. */
public final class ExtensionTypes {
    public static final int SERVER_NAME = 0;
    public static final int STATUS_REQUEST = 5;
    public static final int SUPPORTED_GROUPS = 10;
    public static final int EC_POINT_FORMATS = 11;
    public static final int SIGNATURE_ALGORITHMS = 13;
    public static final int APPLICATION_LAYER_PROTOCOL_NEGOTIATION = 16;
    public static final int PADDING = 21;
    public static final int ENCRYPT_THEN_MAC = 22;
    public static final int EXTENDED_MASTER_SECRET = 23;
    public static final int COMPRESS_CERTIFICATE = 27;
    public static final int SESSION_TICKET = 35;
    public static final int PRE_SHARED_KEY = 41;
    public static final int EARLY_DATA = 42;
    public static final int SUPPORTED_VERSIONS = 43;
    public static final int COOKIE = 44;
    public static final int PSK_KEY_EXCHANGE_MODES = 45;
    public static final int POST_HANDSHAKE_AUTH = 49;
    public static final int SIGNATURE_ALGORITHMS_CERT = 50;
    public static final int KEY_SHARE = 51;
    public static final int ENCRYPTED_CLIENT_HELLO = 0xFE0D;
    public static final int RENEGOTIATION_INFO = 0xFF01;

    private static final CodeTable TABLE =
            CodeTable.ofRegistry("tls-extensiontype-values-1.csv", 4).with("""
            3374 next_protocol_negotiation
            4469 application_settings_old
            44cd application_settings
            754f channel_id_old
            7550 channel_id
            ca34 trust_anchors""");

    private ExtensionTypes() {}

    /** {@code key_share} and the like, {@code 0x1234} for an unknown one. */
    public static String name(int type) {
        return TABLE.name(type);
    }
}
