package io.sallyport.config;

import java.util.List;

/**
 * The TLS side of one listener.
 *
 * @param profile versions and suites
 * @param certificates at least one; the first is the default
 * @param clientAuth which client certificates are asked for and taken
 * @param session resumption
 * @param recordPath what moves the records after the handshake
 */
public record TlsConfig(
        TlsProfile profile,
        List<CertificateConfig> certificates,
        ClientAuthConfig clientAuth,
        SessionConfig session,
        RecordPath recordPath) {

    /** What moves the records after the handshake. */
    public enum RecordPath {
        /** Straight through BoringSSL, each direction on its own. */
        DIRECT,
        /** Netty's SslHandler, which ends both directions at the client's close_notify. */
        SSL_HANDLER
    }

    public TlsConfig {
        certificates = List.copyOf(certificates);
    }

    static TlsConfig read(Section section) {
        TlsProfile profile = section.choice("profile", TlsProfile.class);
        List<CertificateConfig> certificates = section.sections("certificates", CertificateConfig::read);
        if (certificates.size() != 1) {
            section.problem(
                    "certificates", certificates.size() + " entries (expected: one { chain = FILE, key = FILE })");
        }
        return new TlsConfig(
                profile,
                certificates,
                section.child("client-auth", ClientAuthConfig::read),
                section.child("session", SessionConfig::read),
                section.choice("record-path", RecordPath.class));
    }
}
