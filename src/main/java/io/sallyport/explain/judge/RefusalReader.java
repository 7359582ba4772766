package io.sallyport.explain.judge;

import io.sallyport.explain.probe.CertificateAsk;
import io.sallyport.explain.probe.ExplainRequest;
import io.sallyport.explain.probe.ProbedHandshake;
import io.sallyport.handshake.iana.AlertDescriptions;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.wire.ClientHello;

/** Puts into words that a server refuses what is on offer, and what it may want instead. */
final class RefusalReader {
    private static final int MOST_AUTHORITIES = 3;

    private final ExplainRequest request;
    private final ProbedHandshake attempt;

    RefusalReader(ExplainRequest request, ProbedHandshake attempt) {
        this.request = request;
        this.attempt = attempt;
    }

    /**
     * Reads an alert.
     *
     * @param description its code
     * @param after where in the handshake it came, in words
     */
    ProbeFailure alert(int description, String after) {
        String name = AlertDescriptions.name(description);
        return switch (name) {
            case "protocol_version" ->
                noCommonVersion("The server refuses " + offeredVersions() + ": it is older, or stricter.");
            case "handshake_failure", "insufficient_security" -> handshakeFailure(name);
            case "unrecognized_name" ->
                failure(
                        FailureKind.SERVER_NAME_REFUSED,
                        request.sentName() == null
                                ? "The server wants a server name, and none was sent."
                                : "The server does not know the name " + request.sentName() + ".",
                        "Ask for a name that it serves (--server-name here).");
            case "no_application_protocol" ->
                failure(
                        FailureKind.NO_COMMON_ALPN,
                        "The server speaks none of the application protocols on offer: "
                                + String.join(", ", request.alpn()) + ".",
                        "Offer another (--alpn here), or let the server take one of them.");
            case "certificate_required" -> certificateMissing();
            case "bad_certificate",
                    "unsupported_certificate",
                    "certificate_revoked",
                    "certificate_expired",
                    "certificate_unknown",
                    "unknown_ca",
                    "access_denied",
                    "decrypt_error" -> certificateRefused(name);
            case "internal_error" ->
                failure(
                        FailureKind.SERVER_FAULT,
                        "The server says that the fault is its own (internal_error)" + certificateHint() + ".",
                        "The server's log tells why.");
            default ->
                failure(
                        FailureKind.SERVER_ALERT,
                        "The server ended the handshake " + after + " with the alert " + name + ".",
                        "The server's log may tell why.");
        };
    }

    private ProbeFailure handshakeFailure(String name) {
        CertificateAsk asked = attempt.asked();
        if (asked != null && request.client() == null) {
            return certificateMissing();
        }
        if (asked != null) {
            return certificateRefused(name);
        }
        return failure(
                FailureKind.NO_COMMON_PARAMETERS,
                "The server takes none of the cipher suites, groups or signature schemes on offer (" + name + ")"
                        + (request.tls12() ? ", or no TLS 1.2" : "")
                        + (request.sentName() == null ? "; or it wants a server name, and none was sent" : "") + ".",
                "Run again with --scan to see what it takes"
                        + (request.sentName() == null ? ", or with --server-name" : "") + ".");
    }

    private ProbeFailure certificateMissing() {
        return failure(
                FailureKind.CLIENT_CERTIFICATE_MISSING,
                "The server requires a client certificate, and none was sent." + authorities(),
                "Give one with --cert and --key.");
    }

    private ProbeFailure certificateRefused(String alert) {
        if (request.client() == null) {
            return attempt.asked() != null
                    ? certificateMissing()
                    : failure(
                            FailureKind.SERVER_ALERT,
                            "The server ended the handshake with the alert " + alert + ", though no certificate of ours"
                                    + " was asked for.",
                            "The server's log may tell why.");
        }
        String words = switch (alert) {
            case "unknown_ca" -> "does not know the issuer of the client's certificate";
            case "certificate_expired" -> "finds the client's certificate expired";
            case "certificate_revoked" -> "finds the client's certificate revoked";
            case "unsupported_certificate" -> "does not take a certificate of this kind or purpose";
            case "decrypt_error" -> "finds a signature of the client's certificate or handshake wrong";
            case "access_denied" -> "takes the client's certificate, but does not let it in";
            default -> "refuses the client's certificate";
        };
        return failure(
                FailureKind.CLIENT_CERTIFICATE_REFUSED,
                "The server " + words + " (" + alert + ").",
                "Look at the certificate's issuer, dates, purpose (clientAuth) and chain." + authorities());
    }

    private String authorities() {
        CertificateAsk asked = attempt.asked();
        if (asked == null || asked.authorities().isEmpty()) {
            return "";
        }
        String more = asked.authorities().size() > MOST_AUTHORITIES ? " and others" : "";
        return " It takes those issued by "
                + String.join(
                        "; ",
                        asked.authorities()
                                .subList(
                                        0,
                                        Math.min(
                                                MOST_AUTHORITIES,
                                                asked.authorities().size())))
                + more
                + ".";
    }

    private String certificateHint() {
        return request.client() == null ? "" : "; some servers say so of a client certificate that they refuse";
    }

    /** No version in common, with what tells it. */
    ProbeFailure noCommonVersion(String what) {
        return failure(
                FailureKind.NO_COMMON_VERSION,
                what,
                request.tls12()
                        ? "Leave --tls1.2 out, or run again with --scan to see the versions that it takes."
                        : "Update the server; --scan shows the versions that it takes.");
    }

    /** {@code TLSv1.3 and TLSv1.2}. */
    String offeredVersions() {
        ClientHello hello = attempt.transcript().clientHello();
        return hello == null
                ? "TLS 1.2 and 1.3"
                : String.join(" and ", hello.supportedVersions().names(TlsVersions::name));
    }

    private static ProbeFailure failure(FailureKind kind, String what, String fix) {
        return new ProbeFailure(kind, what, fix);
    }
}
