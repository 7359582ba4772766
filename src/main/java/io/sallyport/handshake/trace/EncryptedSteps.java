package io.sallyport.handshake.trace;

import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.wire.ServerHello;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names the encrypted records of a handshake. Up to TLS 1.2 the content type tells, and Finished is the first handshake record
 * after ChangeCipherSpec; in TLS 1.3 see {@link Tls13Records}.
 */
final class EncryptedSteps {
    private final @Nullable String[] names;
    private final boolean guesses;

    EncryptedSteps(EventLog log, @Nullable ServerHello serverHello) {
        guesses = serverHello != null && serverHello.isTls13();
        names = serverHello != null && guesses ? new Tls13Records(log, serverHello).names() : namesUpToTls12(log);
    }

    /** The name of an encrypted event. */
    String name(int event) {
        String name = names[event];
        return name == null ? RecordNames.HANDSHAKE : name;
    }

    boolean isAlert(int event) {
        return RecordNames.ALERT.equals(names[event]);
    }

    /** Whether the name is a conclusion from size and position. */
    boolean isGuess(int event) {
        return guesses && !RecordNames.HANDSHAKE.equals(name(event));
    }

    private static @Nullable String[] namesUpToTls12(EventLog log) {
        String[] names = new String[log.eventCount()];
        Set<Direction> finished = EnumSet.noneOf(Direction.class);
        for (int event = 0; event < names.length; event++) {
            if (!log.isEncrypted(event)) {
                continue;
            }
            names[event] = switch (log.contentType(event)) {
                case ContentTypes.HANDSHAKE ->
                    finished.add(log.direction(event)) ? RecordNames.FINISHED : RecordNames.HANDSHAKE;
                case ContentTypes.ALERT -> RecordNames.ALERT;
                default -> RecordNames.APPLICATION_DATA;
            };
        }
        return names;
    }
}
