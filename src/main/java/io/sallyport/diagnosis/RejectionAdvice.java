package io.sallyport.diagnosis;

import io.sallyport.handshake.iana.AlertDescriptions;
import io.sallyport.handshake.wire.ClientHello;
import java.time.Instant;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is said of a client that refuses our certificate. */
final class RejectionAdvice {
    private static final int MOST_NAMES = 6;

    private RejectionAdvice() {}

    static Advice issuer(Evidence evidence) {
        return about(
                evidence,
                shown -> new Advice(
                        "an issuer that the client trusts",
                        issuerCause(shown) + " " + certificates(evidence),
                        issuerFix(shown)));
    }

    static Advice expired(Evidence evidence) {
        return about(
                evidence,
                shown -> new Advice(
                        "a certificate that is valid by the client's clock",
                        expiredCause(shown, evidence.at()) + " " + certificates(evidence),
                        shown.isValidAt(evidence.at())
                                ? "Set the client's clock right, and look at the dates of the certificates above ours."
                                : "Renew the certificate in " + shown.file() + "."));
    }

    static Advice name(Evidence evidence) {
        String name = name(evidence.hello());
        return about(
                evidence,
                shown -> new Advice(
                        "a certificate for \"" + name + "\"",
                        "The client asks for \"" + name + "\", and our certificate is for other names. "
                                + certificates(evidence),
                        "Correct the name in the client, or add a certificate with this name."));
    }

    static Advice certificate(Evidence evidence) {
        return about(evidence, shown -> rejected(evidence, shown, certificates(evidence)));
    }

    private static Advice about(Evidence evidence, Function<ShownCertificate, Advice> words) {
        ShownCertificate shown = evidence.shown();
        return shown == null
                ? new Advice("The client refuses our certificate.", "Look at the client's log: it knows why.")
                : words.apply(shown);
    }

    /** These two alerts do say why. */
    private static Advice rejected(Evidence evidence, ShownCertificate shown, String about) {
        return switch (AlertDescriptions.name(evidence.alert())) {
            case "certificate_revoked" ->
                new Advice(
                        "a certificate that is not revoked",
                        "The client finds our certificate, or one above it, revoked. " + about,
                        "Ask the authority whether it is, and replace the certificate in " + shown.file() + " if so.");
            case "unsupported_certificate" ->
                new Advice(
                        "a certificate of a kind that the client takes",
                        "The client does not take a certificate of this kind: its key, its signature, or what it is"
                                + " made for (key usage). " + about,
                        "Compare its key and its usages with what the client takes, and use another one.");
            default ->
                new Advice(
                        "The client refuses our certificate and does not say why: most often it does not trust the"
                                + " issuer, or it wants another name. "
                                + about,
                        issuerFix(shown) + " If that is so already, the client's log knows why.");
        };
    }

    static Advice alert(Evidence evidence) {
        String cause =
                "The client ended the handshake with the alert " + AlertDescriptions.name(evidence.alert()) + ".";
        return evidence.reached() == Stage.SERVER_CERTIFICATE && evidence.shown() != null
                ? new Advice(
                        cause + " Some clients do so when they do not like the certificate (Netty on BoringSSL says"
                                + " internal_error). "
                                + certificates(evidence),
                        "Look at the client's log. Does it trust the issuer, and does it ask for one of these names?")
                : new Advice(cause, "Look at the client's log: it knows why.");
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

    /** What our certificates are for. */
    static String certificates(Evidence evidence) {
        Allowed allowed = evidence.allowed();
        return allowed == null
                ? ""
                : allowed.certificates().stream()
                        .map(RejectionAdvice::certificate)
                        .collect(Collectors.joining(" "));
    }

    private static String certificate(ShownCertificate shown) {
        String names = shown.names().isEmpty()
                ? "no name"
                : shown.names().stream().limit(MOST_NAMES).collect(Collectors.joining(", "))
                        + (shown.names().size() > MOST_NAMES
                                ? " and " + (shown.names().size() - MOST_NAMES) + " more"
                                : "");
        return "It is for " + names + ", issued by " + shown.issuer() + ", valid from " + shown.notBefore() + " to "
                + shown.notAfter() + ".";
    }

    private static String name(@Nullable ClientHello hello) {
        return hello == null || hello.serverName() == null ? "" : hello.serverName();
    }
}
