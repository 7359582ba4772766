package io.sallyport.diagnosis;

import io.sallyport.handshake.iana.AlertDescriptions;
import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.trace.HandshakeTrace;
import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.handshake.trace.HandshakeTranscript.AlertSeen;
import io.sallyport.handshake.wire.ClientHello;
import java.time.Instant;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A handshake that failed, with all that is known of it.
 *
 * @param failure what the connection saw
 * @param hello what the client offered; null when no whole ClientHello came
 * @param allowed what the route takes; null when none was found
 * @param trace every byte that passed
 * @param at when it failed
 */
public record FailedHandshake(
        HandshakeFailure failure,
        @Nullable ClientHello hello,
        @Nullable Allowed allowed,
        HandshakeTrace trace,
        Instant at) {
    /** What has come at least when the first packet came: a VPN's may be smaller than Ethernet's. */
    private static final int FIRST_PACKET = 1000;

    /**
     * Reads the failure off the wire where the TLS library cannot know it: OpenSSL and GnuTLS clients of TLS 1.3 send the alert
     * about our certificate in the clear, which BoringSSL takes for a broken record.
     */
    public FailedHandshake {
        int alert = trace.clientAlert();
        if (alert >= 0 && failure.leavesOpenWhy()) {
            failure = ClientAlerts.failure(
                    alert,
                    "alert " + AlertDescriptions.name(alert) + " in the clear ("
                            + failure.detail().text() + ")");
        }
    }

    /**
     * The reason, with what looks the same to the TLS library told apart by what the client offered and what the route allows.
     * Never one that what the library, the client or the stream said rules out ({@link HandshakeFailure#mayMean}).
     *
     * <p>Cheap, for it is asked of every failure: nothing is put into words here.
     */
    public FailureReason reason() {
        return conclusions().filter(failure.mayMean()::contains).findFirst().orElse(failure.reason());
    }

    /**
     * Says what happened.
     *
     * @param transcript of the trace
     */
    public Diagnosis diagnose(HandshakeTranscript transcript) {
        FailureReason reason = reason();
        Progress progress = Progress.of(transcript, hello != null);
        Advice advice = reason.advice(new Evidence(failure.detail(), failure.alert(), hello, allowed, at, progress));
        // Where the TLS library refused and no alert is on the wire, there was none.
        HandshakeEnd end =
                failure.end() == HandshakeEnd.ALERT_SENT && !progress.alertSent() ? HandshakeEnd.CLOSED : failure.end();
        return new Diagnosis(
                reason,
                reason.stage(progress.reached()),
                end,
                alert(end, transcript),
                advice.missing(),
                advice.cause(),
                advice.fix());
    }

    /** What follows from the evidence for each kind of failure, the likeliest first. */
    private Stream<FailureReason> conclusions() {
        return switch (failure.reason()) {
            case VERSION_TOO_OLD -> Stream.of(version());
            case NO_COMMON_SUITE, NO_COMMON_SIGNATURE_SCHEME -> offer();
            case CLIENT_REJECTED_CERTIFICATE -> Stream.of(rejection());
            case BAD_RECORD -> trace.serverHello() == null ? Stream.of(FailureReason.PROTOCOL_ERROR) : Stream.empty();
            case PROTOCOL_ERROR ->
                hasAskedForCertificate() ? Stream.of(FailureReason.CLIENT_CERTIFICATE_INVALID) : Stream.empty();
            case CLIENT_HELLO_INCOMPLETE, CLIENT_RESET, TIMEOUT ->
                isCutAfterFirstPacket() ? Stream.of(FailureReason.LARGE_CLIENT_HELLO_CUT) : Stream.empty();
            default -> Stream.empty();
        };
    }

    private FailureReason version() {
        return hello != null && allowed != null && hello.highestVersion() >= allowed.oldestVersion()
                ? FailureReason.VERSION_TOO_NEW
                : FailureReason.VERSION_TOO_OLD;
    }

    private Stream<FailureReason> offer() {
        if (hello == null || allowed == null) {
            return Stream.empty();
        }
        OfferComparison offer = OfferComparison.of(hello, allowed);
        Stream<FailureReason> lacks = offer.lacks().stream().map(FailedHandshake::reason);
        return offer.isTls13() ? Stream.concat(lacks, Stream.of(FailureReason.PROTOCOL_ERROR)) : lacks;
    }

    private static FailureReason reason(OfferComparison.Lack lack) {
        return switch (lack) {
            case SUITE -> FailureReason.NO_COMMON_SUITE;
            case GROUP -> FailureReason.NO_COMMON_GROUP;
            case CERTIFICATE -> FailureReason.NO_COMMON_SIGNATURE_SCHEME;
        };
    }

    /** The alerts for this leave open what is wrong (RFC 8446 section 6.2), but we know our certificate. */
    private FailureReason rejection() {
        if (hello == null || allowed == null || allowed.certificates().isEmpty()) {
            return FailureReason.CLIENT_REJECTED_CERTIFICATE;
        }
        if (allowed.certificates().stream().noneMatch(each -> each.isValidAt(at))) {
            return FailureReason.CLIENT_REJECTED_EXPIRED;
        }
        String name = hello.serverName();
        return name != null && allowed.certificates().stream().noneMatch(each -> each.isFor(name))
                ? FailureReason.CLIENT_REJECTED_NAME
                : FailureReason.CLIENT_REJECTED_CERTIFICATE;
    }

    /** Of what a client sends behind its ClientHello only its certificates can be too large. */
    private boolean hasAskedForCertificate() {
        return trace.serverHello() != null && allowed != null && allowed.wantsClientCertificate();
    }

    private boolean isCutAfterFirstPacket() {
        return hello == null
                && trace.unfinishedMessageLength() > Evidence.ONE_PACKET
                && trace.bytesFromClient() >= FIRST_PACKET;
    }

    /** What is on the wire goes before what it should have been. */
    private @Nullable String alert(HandshakeEnd end, HandshakeTranscript transcript) {
        if (end != HandshakeEnd.ALERT_SENT && end != HandshakeEnd.ALERT_RECEIVED && end != HandshakeEnd.GARBAGE) {
            return null;
        }
        Direction direction =
                end == HandshakeEnd.ALERT_RECEIVED ? Direction.CLIENT_TO_SERVER : Direction.SERVER_TO_CLIENT;
        String known = failure.alert() < 0 ? null : AlertDescriptions.name(failure.alert());
        return Progress.fatalAlert(transcript, direction).map(AlertSeen::name).orElse(known);
    }
}
