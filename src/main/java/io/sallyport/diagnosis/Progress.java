package io.sallyport.diagnosis;

import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.handshake.trace.HandshakeTranscript.AlertSeen;
import io.sallyport.handshake.trace.HandshakeTranscript.Step;
import io.sallyport.handshake.wire.ServerHello;
import java.util.Optional;

/**
 * How far a handshake came, by what passed on the wire.
 *
 * @param reached the stage that it did not get past
 * @param answered whether the client sent anything that belongs to the handshake behind our first flight
 * @param alertSent whether an alert of ours is on the wire
 */
record Progress(Stage reached, boolean answered, boolean alertSent) {

    static Progress of(HandshakeTranscript transcript, boolean hasHello) {
        boolean answered = isAnswered(transcript);
        boolean alertSent = transcript.steps().stream()
                .anyMatch(step -> step.direction() == Direction.SERVER_TO_CLIENT && step.isAlert());
        return new Progress(reached(transcript, hasHello, answered), answered, alertSent);
    }

    /** The fatal alert in the clear that this side sent last. */
    static Optional<AlertSeen> fatalAlert(HandshakeTranscript transcript, Direction direction) {
        return transcript.alerts().stream()
                .filter(alert -> alert.direction() == direction && alert.isFatal())
                .reduce((earlier, later) -> later);
    }

    private static Stage reached(HandshakeTranscript transcript, boolean hasHello, boolean answered) {
        if (transcript.bytesFromClient() == 0) {
            return Stage.TCP;
        }
        if (!hasHello) {
            return Stage.CLIENT_HELLO;
        }
        ServerHello chosen = transcript.serverHello();
        if (chosen == null) {
            return Stage.SERVER_HELLO;
        }
        boolean resumed = chosen.selectedPsk() >= 0 || (!chosen.isTls13() && chosen.sessionIdEchoed());
        return resumed || answered ? Stage.FINISHED : Stage.SERVER_CERTIFICATE;
    }

    private static boolean isAnswered(HandshakeTranscript transcript) {
        boolean served = false;
        for (Step step : transcript.steps()) {
            if (step.direction() == Direction.SERVER_TO_CLIENT) {
                served |= step.message() instanceof ServerHello hello && !hello.retry();
            } else if (served && !step.isChangeCipherSpec() && !step.isAlert()) {
                return true;
            }
        }
        return false;
    }
}
