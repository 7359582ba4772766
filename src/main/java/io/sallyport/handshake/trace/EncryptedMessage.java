package io.sallyport.handshake.trace;

/** What an encrypted record may hold, as far as position and size tell. */
enum EncryptedMessage {
    ENCRYPTED_EXTENSIONS("EncryptedExtensions"),
    CERTIFICATE_REQUEST("CertificateRequest"),
    CERTIFICATE("Certificate"),
    CERTIFICATE_VERIFY("CertificateVerify"),
    FINISHED("Finished"),
    ALERT("Alert"),
    EARLY_DATA("early data"),
    APPLICATION_DATA("application data"),
    TICKET_OR_DATA("NewSessionTicket or application data"),
    /** A part of the handshake that cannot be told apart. */
    HANDSHAKE("encrypted handshake");

    private final String label;

    EncryptedMessage(String label) {
        this.label = label;
    }

    /** The name in the RFCs where it is one message, else lower-case words. */
    String label() {
        return label;
    }
}
