package io.sallyport.explain;

import io.sallyport.handshake.AlertDescriptions;
import io.sallyport.handshake.ClientHello;
import io.sallyport.handshake.Direction;
import io.sallyport.handshake.HandshakeTranscript;
import io.sallyport.handshake.HandshakeTranscript.AlertSeen;
import io.sallyport.handshake.HandshakeTranscript.Step;
import io.sallyport.handshake.ServerHello;
import io.sallyport.handshake.TlsVersions;
import io.sallyport.handshake.WireText;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads from an attempt why it failed. Used once. */
final class FailureReader {
    private static final int GREETING_SHOWN = 40;

    private final ExplainRequest request;
    private final Attempt attempt;
    private final HandshakeTranscript transcript;

    FailureReader(ExplainRequest request, Attempt attempt) {
        this.request = request;
        this.attempt = attempt;
        this.transcript = attempt.transcript();
    }

    /** Empty when the handshake was done, and the server let it stand. */
    Optional<Failure> read() {
        if (attempt.isSuccess()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (attempt.ending()) {
                    case REFUSED, CONNECT_TIMEOUT, UNREACHABLE -> unconnected();
                    case TLS_ERROR, DONE -> tlsError();
                    case SERVER_LEFT, SERVER_RESET, TIMEOUT -> cut();
                });
    }

    private Failure unconnected() {
        String where = request.address().toString();
        return switch (attempt.ending()) {
            case REFUSED ->
                failure(
                        FailureKind.CONNECTION_REFUSED,
                        "The connection was refused: nothing listens at " + where + ".",
                        "Start the server, or look at its address and port.");
            case CONNECT_TIMEOUT ->
                failure(
                        FailureKind.CONNECTION_TIMEOUT,
                        "No answer to the TCP connection within " + seconds() + ": a firewall drops it, or the host is"
                                + " down.",
                        "Look at the address, the routes and the firewalls between here and " + where + ".");
            default ->
                failure(
                        FailureKind.UNREACHABLE,
                        "TCP cannot connect: " + attempt.detail() + ".",
                        "Look at the address and the routes to it.");
        };
    }

    /** The TCP connection ended, or the time was up, without a word of TLS about it. */
    private Failure cut() {
        Optional<AlertSeen> alert = alert();
        if (alert.isPresent()) {
            return alert(alert.get().description());
        }
        if (transcript.serverUnreadableAt() == 0) {
            return otherProtocol();
        }
        String after = after();
        boolean nothing = transcript.bytesFromServer() == 0;
        return switch (attempt.ending()) {
            case TIMEOUT ->
                nothing
                        ? failure(
                                FailureKind.NO_ANSWER,
                                "TCP is connected, but no byte came within " + seconds() + ": the port may not speak"
                                        + " TLS, may wait for a PROXY protocol header, or is overloaded.",
                                "Look at what listens there.")
                        : failure(
                                FailureKind.STALLED,
                                "The server stopped " + after + ", and " + seconds() + " passed.",
                                "Look at the server's load and at what it waits for.");
            case SERVER_RESET ->
                failure(
                        FailureKind.SERVER_RESET,
                        "The server, or something on the way, reset the TCP connection " + after + ".",
                        nothing
                                ? "Look whether the port speaks TLS, whether it expects a PROXY protocol header, and"
                                        + " at limits and firewalls in between."
                                : "The server's log may tell why.");
            default ->
                failure(
                        FailureKind.SERVER_LEFT,
                        "The server closed the TCP connection " + after + " without an alert.",
                        nothing
                                ? "Look whether the port speaks TLS, whether it expects a PROXY protocol header, and"
                                        + " at its limits."
                                : "The server's log may tell why.");
        };
    }

    private Failure tlsError() {
        TlsError error = attempt.error();
        if (error == null) {
            return cut();
        }
        Optional<AlertSeen> alert = alert();
        if (error.receivedAlert() >= 0 || alert.isPresent()) {
            return alert(alert.map(AlertSeen::description).orElse(error.receivedAlert()));
        }
        if (transcript.serverUnreadableAt() == 0) {
            return otherProtocol();
        }
        ServerHello chosen = transcript.serverHello();
        if (chosen != null && chosen.version() < TlsVersions.TLS_1_2) {
            return noCommonVersion("The server chose " + TlsVersions.name(chosen.version()) + ", which this client of "
                    + offeredVersions() + " does not speak.");
        }
        return ownFinding(error);
    }

    private Failure ownFinding(TlsError error) {
        String reason = error.reason();
        String words = switch (reason) {
            case "BAD_SIGNATURE" -> "The server's signature does not fit its certificate";
            case "KEY_USAGE_BIT_INCORRECT" ->
                "The key usage of the server's certificate forbids what the suite needs it for";
            case "WRONG_CURVE", "WRONG_SIGNATURE_TYPE", "UNKNOWN_CERTIFICATE_TYPE" ->
                "The server uses a key or a curve that was not on offer";
            case "TLS13_DOWNGRADE" ->
                "Somebody on the way keeps the two from TLS 1.3, or a broken middlebox copies another server's"
                        + " random";
            case "BAD_DECRYPT", "DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "DIGEST_CHECK_FAILED" ->
                "A record of the server does not decrypt";
            default -> "The server broke a rule of TLS";
        };
        return failure(
                FailureKind.PROTOCOL_ERROR,
                words + " (BoringSSL says " + WireText.printable(reason) + ").",
                "Look at the server's certificate and at what is between here and it.");
    }

    private Failure alert(int description) {
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
                        "The server ended the handshake " + after() + " with the alert " + name + ".",
                        "The server's log may tell why.");
        };
    }

    private Failure handshakeFailure(String name) {
        CertificateAsk asked = attempt.asked();
        if (asked != null && request.client() == null) {
            return certificateMissing();
        }
        if (asked != null) {
            return certificateRefused(name);
        }
        boolean weaker = request.tls12();
        return failure(
                FailureKind.NO_COMMON_PARAMETERS,
                "The server takes none of the cipher suites, groups or signature schemes on offer (" + name + ")"
                        + (weaker ? ", or no TLS 1.2" : "")
                        + (request.sentName() == null ? "; or it wants a server name, and none was sent" : "") + ".",
                "Run again with --scan to see what it takes"
                        + (request.sentName() == null ? ", or with --server-name" : "") + ".");
    }

    private Failure certificateMissing() {
        return failure(
                FailureKind.CLIENT_CERTIFICATE_MISSING,
                "The server requires a client certificate, and none was sent." + authorities(),
                "Give one with --cert and --key.");
    }

    private Failure certificateRefused(String alert) {
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
        String more = asked.authorities().size() > 3 ? " and others" : "";
        return " It takes those issued by "
                + String.join(
                        "; ",
                        asked.authorities()
                                .subList(0, Math.min(3, asked.authorities().size()))) + more
                + ".";
    }

    private String certificateHint() {
        return request.client() == null ? "" : "; some servers say so of a client certificate that they refuse";
    }

    private Failure noCommonVersion(String what) {
        return failure(
                FailureKind.NO_COMMON_VERSION,
                what,
                request.tls12()
                        ? "Leave --tls1.2 out, or run again with --scan to see the versions that it takes."
                        : "Update the server; --scan shows the versions that it takes.");
    }

    private Failure otherProtocol() {
        String bytes = attempt.firstBytes();
        if (ServerGreeting.isHttp(bytes)) {
            return failure(
                    FailureKind.PLAIN_HTTP,
                    "The server answers with plain HTTP: there is no TLS on this port.",
                    "Take the port that speaks TLS (443 for HTTPS), or put TLS in front of this one.");
        }
        Optional<String> protocol = ServerGreeting.protocol(bytes);
        if (protocol.isPresent()) {
            return failure(
                    FailureKind.OTHER_PROTOCOL,
                    "The server speaks " + protocol.get() + " in plain text here.",
                    "Take the port on which it speaks TLS from the first byte; STARTTLS and its like are not spoken.");
        }
        return failure(
                FailureKind.GARBAGE,
                "The server's first bytes are no TLS: \"" + WireText.printable(shortened(bytes)) + "\".",
                "Look at what listens there.");
    }

    private static String shortened(String bytes) {
        return bytes.length() <= GREETING_SHOWN ? bytes : bytes.substring(0, GREETING_SHOWN);
    }

    private Optional<AlertSeen> alert() {
        return transcript.alerts().stream()
                .filter(alert -> alert.direction() == Direction.SERVER_TO_CLIENT && alert.description() != 0)
                .filter(alert -> alert.isFatal() || transcript.serverHello() == null)
                .findFirst();
    }

    /** Where it ended, for people. */
    private String after() {
        @Nullable Step last = transcript.lastStep();
        if (last == null) {
            return "after the TCP connection";
        }
        return (last.complete() ? "after " : "in the middle of ") + last.what();
    }

    private String offeredVersions() {
        ClientHello hello = transcript.clientHello();
        return hello == null
                ? "TLS 1.2 and 1.3"
                : String.join(" and ", hello.supportedVersions().names(TlsVersions::name));
    }

    private String seconds() {
        return Times.text(request.timeout());
    }

    private static Failure failure(FailureKind kind, String what, String fix) {
        return new Failure(kind, what, fix);
    }
}
