package io.sallyport.diagnosis;

import io.sallyport.handshake.Direction;
import io.sallyport.handshake.FailureReason;
import io.sallyport.handshake.HandshakeTranscript;
import io.sallyport.handshake.HandshakeTranscript.AlertSeen;
import io.sallyport.handshake.ServerHello;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a failed handshake into words. */
public final class Diagnoser {
    private static final String ALERT = "Alert";
    private static final String CHANGE_CIPHER_SPEC = "ChangeCipherSpec";

    private Diagnoser() {}

    /**
     * Says what happened.
     *
     * @param reason what {@link Reasons} says of the attempt
     * @param transcript of the attempt's trace
     */
    public static Diagnosis diagnose(Attempt attempt, FailureReason reason, HandshakeTranscript transcript) {
        How how = how(attempt.failure(), transcript);
        Step step = step(attempt, reason, transcript);
        Explanation words = Explanation.of(attempt, reason, step, transcript);
        return new Diagnosis(
                reason,
                step,
                how,
                alert(attempt.failure(), how, transcript),
                words.missing(),
                words.cause(),
                words.fix());
    }

    /** Where the TLS library refused and no alert is on the wire, there was none. */
    private static How how(Failure failure, HandshakeTranscript transcript) {
        boolean sent = transcript.steps().stream()
                .anyMatch(step -> step.direction() == Direction.SERVER_TO_CLIENT
                        && step.what().equals(ALERT));
        return failure.how() == How.ALERT_SENT && !sent ? How.CLOSED : failure.how();
    }

    /** What is on the wire goes before what it should have been. */
    private static @Nullable String alert(Failure failure, How how, HandshakeTranscript transcript) {
        if (how != How.ALERT_SENT && how != How.ALERT_RECEIVED && how != How.GARBAGE) {
            return null;
        }
        Direction direction = how == How.ALERT_RECEIVED ? Direction.CLIENT_TO_SERVER : Direction.SERVER_TO_CLIENT;
        List<AlertSeen> seen = transcript.alerts().stream()
                .filter(alert -> alert.direction() == direction && alert.isFatal())
                .toList();
        return seen.isEmpty() ? failure.alert() : seen.get(seen.size() - 1).name();
    }

    private static Step step(Attempt attempt, FailureReason reason, HandshakeTranscript transcript) {
        return switch (reason) {
            case BARE_PROBE -> Step.TCP;
            case PROXY_HEADER_MISSING, PROXY_HEADER_MALFORMED -> Step.PROXY_HEADER;
            case PLAIN_HTTP,
                    OTHER_PROTOCOL,
                    UNEXPECTED_PROXY_HEADER,
                    GARBAGE,
                    CLIENT_HELLO_MALFORMED,
                    CLIENT_HELLO_TOO_LARGE,
                    CLIENT_HELLO_INCOMPLETE,
                    LARGE_CLIENT_HELLO_CUT -> Step.CLIENT_HELLO;
            case VERSION_TOO_OLD -> attempt.hello() == null ? Step.CLIENT_HELLO : Step.SERVER_HELLO;
            case VERSION_TOO_NEW,
                    INAPPROPRIATE_FALLBACK,
                    NO_COMMON_SUITE,
                    NO_COMMON_GROUP,
                    NO_COMMON_SIGNATURE_SCHEME,
                    NO_COMMON_ALPN,
                    UNKNOWN_SERVER_NAME,
                    MISSING_SERVER_NAME -> Step.SERVER_HELLO;
            case CLIENT_REJECTED_ISSUER, CLIENT_REJECTED_EXPIRED, CLIENT_REJECTED_NAME, CLIENT_REJECTED_CERTIFICATE ->
                Step.SERVER_CERTIFICATE;
            case CLIENT_CERTIFICATE_MISSING,
                    CLIENT_CERTIFICATE_EXPIRED,
                    CLIENT_CERTIFICATE_NOT_YET_VALID,
                    CLIENT_CERTIFICATE_REVOKED,
                    CLIENT_CERTIFICATE_UNKNOWN_ISSUER,
                    CLIENT_CERTIFICATE_WRONG_PURPOSE,
                    CLIENT_CERTIFICATE_CHAIN_TOO_DEEP,
                    CLIENT_CERTIFICATE_INVALID,
                    CLIENT_CERTIFICATE_REFUSED -> Step.CLIENT_CERTIFICATE;
            case BAD_CERTIFICATE_VERIFY -> Step.CERTIFICATE_VERIFY;
            case TIMEOUT,
                    CLIENT_ALERT,
                    BAD_RECORD,
                    PROTOCOL_ERROR,
                    CLIENT_LEFT,
                    CLIENT_RESET,
                    OVERLOAD,
                    DRAINING,
                    INTERNAL_ERROR -> reached(attempt, transcript);
        };
    }

    private static Step reached(Attempt attempt, HandshakeTranscript transcript) {
        if (transcript.bytesFromClient() == 0) {
            return Step.TCP;
        }
        if (attempt.hello() == null) {
            return Step.CLIENT_HELLO;
        }
        ServerHello chosen = transcript.serverHello();
        if (chosen == null) {
            return Step.SERVER_HELLO;
        }
        boolean resumed = chosen.selectedPsk() >= 0 || (!chosen.isTls13() && chosen.sessionIdEchoed());
        return resumed || answersServer(transcript) ? Step.FINISHED : Step.SERVER_CERTIFICATE;
    }

    /** Whether the client sent anything that belongs to the handshake behind our first flight. */
    static boolean answersServer(HandshakeTranscript transcript) {
        boolean served = false;
        for (HandshakeTranscript.Step step : transcript.steps()) {
            if (step.direction() == Direction.SERVER_TO_CLIENT) {
                served |= step.what().equals("ServerHello");
            } else if (served
                    && !step.what().equals(CHANGE_CIPHER_SPEC)
                    && !step.what().equals(ALERT)) {
                return true;
            }
        }
        return false;
    }
}
