package io.sallyport.handshake;

import java.util.Locale;

/** Why a handshake failed. The closed set behind {@code handshake_failures_total{reason}}. */
public enum FailureReason {
    /** TCP came and went without a byte, as health checks of load balancers do. */
    BARE_PROBE,
    /** The deadline passed before the handshake was done. */
    TIMEOUT,
    /** The first bytes are an HTTP request. */
    PLAIN_HTTP,
    /** The first bytes are another protocol's. */
    OTHER_PROTOCOL,
    /** The first bytes are a PROXY protocol header, where none is expected. */
    UNEXPECTED_PROXY_HEADER,
    /** A connection from a trusted network does not begin with a PROXY protocol header. */
    PROXY_HEADER_MISSING,
    /** The PROXY protocol header breaks the rules of its format, is too long, or ends in the middle. */
    PROXY_HEADER_MALFORMED,
    /** The first bytes are no TLS and nothing known. */
    GARBAGE,
    /** The ClientHello breaks the rules of its format. */
    CLIENT_HELLO_MALFORMED,
    /** The ClientHello is larger than 16 KiB, or spread over too many records. */
    CLIENT_HELLO_TOO_LARGE,
    /** The client went away in the middle of its ClientHello. */
    CLIENT_HELLO_INCOMPLETE,
    /** Of a ClientHello that takes several packets only the first arrived, as behind some middleboxes. */
    LARGE_CLIENT_HELLO_CUT,
    /** Every version on offer is older than the oldest that is taken. */
    VERSION_TOO_OLD,
    /** No version on offer is taken, and one of them is newer than the newest that is, or unknown. */
    VERSION_TOO_NEW,
    /** The client comes back with a lower version than it can speak, after an attempt that failed. */
    INAPPROPRIATE_FALLBACK,
    /** No cipher suite in common. */
    NO_COMMON_SUITE,
    /** No key exchange group in common. */
    NO_COMMON_GROUP,
    /** No signature scheme in common, or none that fits the certificate. */
    NO_COMMON_SIGNATURE_SCHEME,
    /** No application protocol in common (ALPN). */
    NO_COMMON_ALPN,
    /** The server name is none of ours. */
    UNKNOWN_SERVER_NAME,
    /** The client sent no server name. */
    MISSING_SERVER_NAME,
    /** The client does not know the issuer of our certificate. */
    CLIENT_REJECTED_ISSUER,
    /** The client finds our certificate expired. */
    CLIENT_REJECTED_EXPIRED,
    /** The client asks for a name that our certificate does not have, and refuses the certificate. */
    CLIENT_REJECTED_NAME,
    /** The client refuses our certificate and does not say why: its issuer, its purpose, its form. */
    CLIENT_REJECTED_CERTIFICATE,
    /** The client ended the handshake with another alert. */
    CLIENT_ALERT,
    /** The client sent no certificate where one is required. */
    CLIENT_CERTIFICATE_MISSING,
    /** The client's certificate is past its end date. */
    CLIENT_CERTIFICATE_EXPIRED,
    /** The client's certificate is before its start date. */
    CLIENT_CERTIFICATE_NOT_YET_VALID,
    /** The client's certificate is revoked. */
    CLIENT_CERTIFICATE_REVOKED,
    /** The client's certificate ends in no trust anchor. */
    CLIENT_CERTIFICATE_UNKNOWN_ISSUER,
    /** The client's certificate is not made for client authentication. */
    CLIENT_CERTIFICATE_WRONG_PURPOSE,
    /** The client's chain is longer than max-depth. */
    CLIENT_CERTIFICATE_CHAIN_TOO_DEEP,
    /** The client's certificate cannot be judged: its form, or a revocation list that is missing under hard-fail. */
    CLIENT_CERTIFICATE_INVALID,
    /** An access rule refuses the client's certificate. */
    CLIENT_CERTIFICATE_REFUSED,
    /** The client's CertificateVerify does not fit its certificate. */
    BAD_CERTIFICATE_VERIFY,
    /** A record does not decrypt, or Finished is wrong. */
    BAD_RECORD,
    /** The client broke the protocol in another way. */
    PROTOCOL_ERROR,
    /** The client's TCP stream ended in the middle. */
    CLIENT_LEFT,
    /** The client reset the TCP connection in the middle. */
    CLIENT_RESET,
    /** Not begun: too many handshakes were under way for too long, or the source in the PROXY header is over a limit. */
    OVERLOAD,
    /** Cut by the end of a drain. */
    DRAINING,
    /** Our own fault: a key that does not sign, an exception. */
    INTERNAL_ERROR;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /** Whether it is the client's certificate, or that there is none. */
    public boolean isClientCertificate() {
        return tag.startsWith("client_certificate_");
    }

    /** The label value. */
    public String tag() {
        return tag;
    }
}
