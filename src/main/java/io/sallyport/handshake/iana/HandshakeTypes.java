package io.sallyport.handshake.iana;

/** Handshake message types (RFC 8446 appendix B.3, RFC 5246 section 7.4), named as in the prose of the RFCs. */
public final class HandshakeTypes {
    public static final int HELLO_REQUEST = 0;
    public static final int CLIENT_HELLO = 1;
    public static final int SERVER_HELLO = 2;
    public static final int NEW_SESSION_TICKET = 4;
    public static final int CERTIFICATE = 11;
    public static final int SERVER_KEY_EXCHANGE = 12;
    public static final int CERTIFICATE_REQUEST = 13;
    public static final int SERVER_HELLO_DONE = 14;
    public static final int CERTIFICATE_VERIFY = 15;
    public static final int CLIENT_KEY_EXCHANGE = 16;
    public static final int FINISHED = 20;
    public static final int CERTIFICATE_STATUS = 22;

    private static final CodeTable TABLE = CodeTable.of(2, """
            00 HelloRequest
            01 ClientHello
            02 ServerHello
            03 HelloVerifyRequest
            04 NewSessionTicket
            05 EndOfEarlyData
            06 HelloRetryRequest
            08 EncryptedExtensions
            0b Certificate
            0c ServerKeyExchange
            0d CertificateRequest
            0e ServerHelloDone
            0f CertificateVerify
            10 ClientKeyExchange
            11 ClientCertificateRequest
            14 Finished
            15 CertificateURL
            16 CertificateStatus
            17 SupplementalData
            18 KeyUpdate
            19 CompressedCertificate
            43 NextProtocol
            fe MessageHash""");

    private HandshakeTypes() {}

    /** {@code ClientHello} and the like, {@code 0x7f} for an unknown one. */
    public static String name(int type) {
        return TABLE.name(type);
    }
}
