package io.sallyport.explain.probe;

import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.HandshakeMessage.NewSessionTicket;
import io.sallyport.handshake.wire.ServerHello;
import java.util.Locale;

/**
 * Whether a second handshake resumed the session of the first.
 *
 * @param first nanoseconds of the first handshake, from the connected TCP to its end
 * @param second the same of the second; -1 when it failed
 * @param firstBytes both directions, from the first byte to the end of the handshake
 * @param secondBytes the same of the second
 */
public record Resumption(Outcome outcome, long first, long second, long firstBytes, long secondBytes) {

    private static final int RECORD_HEADER = 5;

    /** What came of it. */
    public enum Outcome {
        /** RFC 8446 section 4.6.1, RFC 5077. */
        BY_TICKET("yes, by a ticket"),
        /** RFC 5246 section 7.3. */
        BY_SESSION_ID("yes, by its session id"),
        /** It was on offer, and the server made a full handshake. */
        NOT_RESUMED("no: it was offered, and the server made a full handshake"),
        /** The server gave neither a ticket nor a session id. */
        NOTHING_TO_OFFER("no: the server gave nothing to resume with"),
        FAILED("not known: the second handshake failed");

        private final String words;

        Outcome(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }

        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static Resumption of(ProbedHandshake first, ProbedHandshake second) {
        return new Resumption(outcome(first, second), nanos(first), nanos(second), volume(first), volume(second));
    }

    public boolean isResumed() {
        return outcome == Outcome.BY_TICKET || outcome == Outcome.BY_SESSION_ID;
    }

    private static long nanos(ProbedHandshake attempt) {
        return attempt.handshakeNanos() < 0 ? -1 : attempt.handshakeNanos() - attempt.connectNanos();
    }

    private static Outcome outcome(ProbedHandshake first, ProbedHandshake second) {
        if (second.session() == null) {
            return Outcome.FAILED;
        }
        ServerHello chosen = second.transcript().serverHello();
        if (second.session().resumed() && chosen != null) {
            return chosen.isTls13() || hasTicket(first.transcript()) ? Outcome.BY_TICKET : Outcome.BY_SESSION_ID;
        }
        return isOffered(first.transcript(), second.transcript()) ? Outcome.NOT_RESUMED : Outcome.NOTHING_TO_OFFER;
    }

    private static boolean hasTicket(HandshakeTranscript transcript) {
        return transcript.steps().stream()
                .anyMatch(step -> step.message() instanceof NewSessionTicket ticket && ticket.length() > 0);
    }

    /** Every ClientHello of TLS 1.3 has a session id, for middleboxes: whether it stands for a session the server's tells. */
    private static boolean isOffered(HandshakeTranscript first, HandshakeTranscript second) {
        ClientHello hello = second.clientHello();
        ServerHello chosen = first.serverHello();
        return hello != null
                && (hello.pskCount() > 0
                        || hello.sessionTicketLength() > 0
                        || (chosen != null && !chosen.isTls13() && chosen.sessionIdLength() > 0));
    }

    /** Bytes on the wire until the handshake was done. */
    private static long volume(ProbedHandshake attempt) {
        return attempt.transcript().records().stream()
                .filter(each -> attempt.handshakeNanos() < 0 || each.nanos() <= attempt.handshakeNanos())
                .mapToLong(each -> each.length() + RECORD_HEADER)
                .sum();
    }
}
