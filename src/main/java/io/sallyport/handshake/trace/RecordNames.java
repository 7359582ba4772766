package io.sallyport.handshake.trace;

/** What encrypted records are called: the messages in them, as far as size and position tell. */
final class RecordNames {
    static final String ALERT = "Alert";
    static final String HANDSHAKE = "encrypted handshake";
    static final String EXTENSIONS = "EncryptedExtensions";
    static final String REQUEST = "CertificateRequest";
    static final String CERTIFICATE = "Certificate";
    static final String VERIFY = "CertificateVerify";
    static final String FINISHED = "Finished";
    static final String EARLY_DATA = "early data";
    static final String APPLICATION_DATA = "application data";
    static final String TICKET_OR_DATA = "NewSessionTicket or application data";

    private RecordNames() {}
}
