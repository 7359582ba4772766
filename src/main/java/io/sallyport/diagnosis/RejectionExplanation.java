package io.sallyport.diagnosis;

import io.sallyport.handshake.ClientHello;
import io.sallyport.handshake.FailureReason;
import io.sallyport.handshake.HandshakeTranscript;
import java.time.Instant;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why a client does not like our certificate, or left without a word. */
final class RejectionExplanation {
    private static final int ONE_PACKET = 1400;
    private static final int MOST_NAMES = 6;

    private RejectionExplanation() {}

    static Explanation of(Attempt attempt, FailureReason reason) {
        ShownCertificate shown = shown(attempt);
        if (shown == null) {
            return new Explanation("The client refuses our certificate.", "Look at the client's log: it knows why.");
        }
        String about = about(attempt.allowed());
        return switch (reason) {
            case CLIENT_REJECTED_ISSUER ->
                new Explanation("an issuer that the client trusts", issuerCause(shown) + " " + about, issuerFix(shown));
            case CLIENT_REJECTED_EXPIRED ->
                new Explanation(
                        "a certificate that is valid by the client's clock",
                        expiredCause(shown, attempt.at()) + " " + about,
                        shown.isValidAt(attempt.at())
                                ? "Set the client's clock right, and look at the dates of the certificates above ours."
                                : "Renew the certificate in " + shown.file() + ".");
            case CLIENT_REJECTED_NAME ->
                new Explanation(
                        "a certificate for \"" + name(attempt.hello()) + "\"",
                        "The client asks for \"" + name(attempt.hello())
                                + "\", and our certificate is for other names. " + about,
                        "Correct the name in the client, or add a certificate with this name.");
            default -> rejected(attempt, shown, about);
        };
    }

    /** These two alerts do say why. */
    private static Explanation rejected(Attempt attempt, ShownCertificate shown, String about) {
        return switch (String.valueOf(attempt.failure().alert())) {
            case "certificate_revoked" ->
                new Explanation(
                        "a certificate that is not revoked",
                        "The client finds our certificate, or one above it, revoked. " + about,
                        "Ask the authority whether it is, and replace the certificate in " + shown.file() + " if so.");
            case "unsupported_certificate" ->
                new Explanation(
                        "a certificate of a kind that the client takes",
                        "The client does not take a certificate of this kind: its key, its signature, or what it is"
                                + " made for (key usage). " + about,
                        "Compare its key and its usages with what the client takes, and use another one.");
            default ->
                new Explanation(
                        "The client refuses our certificate and does not say why: most often it does not trust the"
                                + " issuer, or it wants another name. "
                                + about,
                        issuerFix(shown) + " If that is so already, the client's log knows why.");
        };
    }

    static Explanation alert(Attempt attempt, Step step) {
        String name = attempt.failure().alert();
        String cause = "The client ended the handshake with the alert " + (name == null ? "that is shown" : name) + ".";
        return step == Step.SERVER_CERTIFICATE && shown(attempt) != null
                ? new Explanation(
                        cause + " Some clients do so when they do not like the certificate (Netty on BoringSSL says"
                                + " internal_error). "
                                + about(attempt.allowed()),
                        "Look at the client's log. Does it trust the issuer, and does it ask for one of these names?")
                : new Explanation(cause, "Look at the client's log: it knows why.");
    }

    /** A client that ended TCP without an alert, as several do that do not like a certificate. */
    static Explanation left(Attempt attempt, Step step, HandshakeTranscript transcript) {
        if (step != Step.SERVER_CERTIFICATE || shown(attempt) == null) {
            return new Explanation(
                    "The client left in the middle of the handshake: it was stopped, or its own limit of time passed.",
                    "Look at the client's log. If it happens to many, look at the network in between.");
        }
        return new Explanation(
                "The client got our certificate and left without an alert: most likely it does not like the"
                        + " certificate, or it was only looking. "
                        + about(attempt.allowed()),
                "Look at the client's log. Does it trust the issuer, and does it ask for one of these names?");
    }

    static Explanation reset(Attempt attempt, Step step, HandshakeTranscript transcript) {
        ClientHello hello = attempt.hello();
        if (hello != null && hello.length() > ONE_PACKET && !Diagnoser.answersServer(transcript)) {
            return new Explanation(
                    "The connection was reset after a large ClientHello: by a device in between that does not know"
                            + " post-quantum offers (tldr.fail), or by a client that does not like our certificate. "
                            + about(attempt.allowed()),
                    "Try the client without X25519MLKEM768. If that works, it is the device in between.");
        }
        if (step == Step.SERVER_CERTIFICATE) {
            return new Explanation(
                    "The connection was reset after our certificate: the client does not like it, or something in"
                            + " between cut the connection. "
                            + about(attempt.allowed()),
                    "Look at the client's log. Does it trust the issuer, and does it ask for one of these names?");
        }
        return new Explanation(
                "The connection was reset: the client was stopped, or something in between cut it.",
                "Look at the client's log. If it happens to many, look at the network in between.");
    }

    private static String issuerCause(ShownCertificate shown) {
        return shown.selfIssued()
                ? "The client does not trust our certificate, which is self-signed."
                : "The client does not trust the issuer of our certificate.";
    }

    private static String issuerFix(ShownCertificate shown) {
        if (shown.selfIssued()) {
            return "Give the client this certificate as a trust anchor, or use one from an authority that it trusts.";
        }
        String anchor = "Give the client the authority's certificate as a trust anchor";
        return shown.chainLength() == 1
                ? anchor + ". If that authority is an intermediate, add its certificate to " + shown.file() + "."
                : anchor + ", or use a certificate from one that it trusts.";
    }

    private static String expiredCause(ShownCertificate shown, Instant now) {
        if (now.isAfter(shown.notAfter())) {
            return "Our certificate has expired.";
        }
        return now.isBefore(shown.notBefore())
                ? "Our certificate is not valid yet."
                : "The client finds our certificate expired, and by our clock it is valid: the client's clock is wrong,"
                        + " or a certificate above ours has expired.";
    }

    private static String about(@Nullable Allowed allowed) {
        return allowed == null
                ? ""
                : allowed.certificates().stream()
                        .map(RejectionExplanation::about)
                        .collect(Collectors.joining(" "));
    }

    private static String about(ShownCertificate shown) {
        String names = shown.names().isEmpty()
                ? "no name"
                : shown.names().stream().limit(MOST_NAMES).collect(Collectors.joining(", "))
                        + (shown.names().size() > MOST_NAMES
                                ? " and " + (shown.names().size() - MOST_NAMES) + " more"
                                : "");
        return "It is for " + names + ", issued by " + shown.issuer() + ", valid from " + shown.notBefore() + " to "
                + shown.notAfter() + ".";
    }

    private static @Nullable ShownCertificate shown(Attempt attempt) {
        Allowed allowed = attempt.allowed();
        return allowed == null || allowed.certificates().isEmpty()
                ? null
                : allowed.certificates().get(0);
    }

    private static String name(@Nullable ClientHello hello) {
        return hello == null || hello.serverName() == null ? "" : hello.serverName();
    }
}
