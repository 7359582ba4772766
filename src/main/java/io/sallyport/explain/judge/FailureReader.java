package io.sallyport.explain.judge;

import io.sallyport.explain.probe.ExplainRequest;
import io.sallyport.explain.probe.ProbedHandshake;
import io.sallyport.explain.probe.ServerGreeting;
import io.sallyport.explain.probe.Times;
import io.sallyport.explain.probe.TlsError;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.handshake.trace.HandshakeTranscript.AlertSeen;
import io.sallyport.handshake.trace.HandshakeTranscript.Step;
import io.sallyport.handshake.wire.ServerHello;
import io.sallyport.handshake.wire.WireText;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads from an attempt why it failed. Used once. */
public final class FailureReader {
    private static final int GREETING_SHOWN = 40;

    private final ExplainRequest request;
    private final ProbedHandshake attempt;
    private final HandshakeTranscript transcript;
    private final RefusalReader refusals;

    public FailureReader(ExplainRequest request, ProbedHandshake attempt) {
        this.request = request;
        this.attempt = attempt;
        this.transcript = attempt.transcript();
        this.refusals = new RefusalReader(request, attempt);
    }

    /** Empty when the handshake was done, and the server let it stand. */
    public Optional<ProbeFailure> read() {
        if (attempt.isSuccess()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (attempt.ending()) {
                    case REFUSED, CONNECT_TIMEOUT, UNREACHABLE -> unconnected();
                    case NO_STARTTLS ->
                        failure(
                                FailureKind.NO_STARTTLS,
                                "TLS cannot begin: " + attempt.detail() + ".",
                                "Look whether the server speaks "
                                        + request.startTls().tag() + " on this port, and has TLS turned on.");
                    case TLS_ERROR, DONE -> tlsError();
                    case SERVER_LEFT, SERVER_RESET, TIMEOUT -> cut();
                });
    }

    private ProbeFailure unconnected() {
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
    private ProbeFailure cut() {
        Optional<AlertSeen> alert = alert();
        if (alert.isPresent()) {
            return refusals.alert(alert.get().description(), after());
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

    private ProbeFailure tlsError() {
        TlsError error = attempt.error();
        if (error == null) {
            return cut();
        }
        Optional<AlertSeen> alert = alert();
        if (error.receivedAlert() >= 0 || alert.isPresent()) {
            return refusals.alert(alert.map(AlertSeen::description).orElse(error.receivedAlert()), after());
        }
        if (transcript.serverUnreadableAt() == 0) {
            return otherProtocol();
        }
        ServerHello chosen = transcript.serverHello();
        if (chosen != null && chosen.version() < TlsVersions.TLS_1_2) {
            return refusals.noCommonVersion("The server chose " + TlsVersions.name(chosen.version())
                    + ", which this client of " + refusals.offeredVersions() + " does not speak.");
        }
        return ownFinding(error);
    }

    private ProbeFailure ownFinding(TlsError error) {
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

    private ProbeFailure otherProtocol() {
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
                    "Take the port on which it speaks TLS from the first byte, or name the protocol by --starttls.");
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

    private String seconds() {
        return Times.text(request.timeout());
    }

    private static ProbeFailure failure(FailureKind kind, String what, String fix) {
        return new ProbeFailure(kind, what, fix);
    }
}
