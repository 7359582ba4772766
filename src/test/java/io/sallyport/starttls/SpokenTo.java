package io.sallyport.starttls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sallyport.config.value.StartTls;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What came of a client's words.
 *
 * @param said by the listener, all of it
 * @param outcome MORE, BEGIN, DIRECT, or the reason of the end
 * @param rest bytes that are left for TLS
 */
record SpokenTo(String said, String outcome, String rest) {

    /** Speaks to a listener, piece by piece; what is behind the last turn goes to TLS. */
    static SpokenTo of(StartTls protocol, List<String> pieces) {
        StartTlsServer server = Objects.requireNonNull(StartTlsServers.of(protocol, "mail.example"));
        StringBuilder said = new StringBuilder(server.greeting());
        ByteBuf received = Unpooled.buffer();
        Turn turn = Turn.MORE;
        for (String piece : pieces) {
            received.writeCharSequence(piece, StandardCharsets.ISO_8859_1);
            if (!(turn instanceof Turn.More)) {
                continue;
            }
            turn = server.read(received);
            while (turn instanceof Turn.Answer answer) {
                said.append(answer.answer());
                turn = server.read(received);
            }
            if (turn instanceof Turn.Begin begin) {
                said.append(begin.answer());
            } else if (turn instanceof Turn.End end) {
                said.append(end.answer());
            }
        }
        return new SpokenTo(said.toString(), outcome(turn), received.toString(StandardCharsets.ISO_8859_1));
    }

    private static String outcome(Turn turn) {
        return turn instanceof Turn.End end
                ? end.why().reason().name()
                : turn.getClass().getSimpleName().toUpperCase(Locale.ROOT);
    }
}
