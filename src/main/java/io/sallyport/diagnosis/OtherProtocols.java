package io.sallyport.diagnosis;

import io.sallyport.handshake.wire.FirstBytes;

/** What people mean who speak another protocol to a TLS port. */
final class OtherProtocols {
    private OtherProtocols() {}

    static Advice advice(Evidence evidence) {
        return evidence.detail() instanceof FailureDetail.OtherProtocol other
                ? advice(other.kind())
                : advice(FirstBytes.UNKNOWN);
    }

    private static Advice advice(FirstBytes kind) {
        return switch (kind) {
            case SSH ->
                new Advice(
                        "An SSH client connects to this port.", "Use the SSH server's port in the client (mostly 22).");
            case SMTP ->
                new Advice(
                        "A mail client speaks plain SMTP and would start TLS later (STARTTLS).",
                        "Use implicit TLS in the client (SMTPS, port 465), or starttls = smtp in this listener.");
            case POSTGRESQL_SSL_REQUEST ->
                new Advice(
                        "A PostgreSQL client asks in plain text whether there is TLS.",
                        "Use starttls = postgresql in this listener, or sslnegotiation=direct in the client"
                                + " (PostgreSQL 17 and newer).");
            case REDIS ->
                new Advice("A Redis client speaks without TLS.", "Turn TLS on in the client (rediss://, --tls).");
            case TLS, SSLV2_HELLO, HTTP, PROXY_V1, PROXY_V2, UNKNOWN ->
                new Advice(
                        "The first bytes belong to another protocol.",
                        "Look whether the client means this port and begins with TLS at once.");
        };
    }
}
