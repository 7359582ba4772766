package io.sallyport.handshake;

/** Alert descriptions by their IANA names ("TLS Alerts" registry, RFC 8446 section 6 and appendix B.2). */
public final class AlertDescriptions {
    private static final CodeTable TABLE = CodeTable.ofBytes("""
            00 close_notify
            0a unexpected_message
            14 bad_record_mac
            15 decryption_failed
            16 record_overflow
            1e decompression_failure
            28 handshake_failure
            29 no_certificate
            2a bad_certificate
            2b unsupported_certificate
            2c certificate_revoked
            2d certificate_expired
            2e certificate_unknown
            2f illegal_parameter
            30 unknown_ca
            31 access_denied
            32 decode_error
            33 decrypt_error
            34 too_many_cids_requested
            3c export_restriction
            46 protocol_version
            47 insufficient_security
            50 internal_error
            56 inappropriate_fallback
            5a user_canceled
            64 no_renegotiation
            6d missing_extension
            6e unsupported_extension
            6f certificate_unobtainable
            70 unrecognized_name
            71 bad_certificate_status_response
            72 bad_certificate_hash_value
            73 unknown_psk_identity
            74 certificate_required
            75 general_error
            78 no_application_protocol
            79 ech_required""");

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
