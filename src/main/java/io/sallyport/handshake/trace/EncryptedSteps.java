package io.sallyport.handshake.trace;

import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.wire.ServerHello;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells what the encrypted records of a handshake hold. Up to TLS 1.2 the content type tells, and Finished is the first
 * handshake record after ChangeCipherSpec; in TLS 1.3 see {@link Tls13Records}.
 */
final class EncryptedSteps {
    private static final EncryptedRecord UNKNOWN = EncryptedRecord.of(EncryptedMessage.HANDSHAKE);

    private final @Nullable EncryptedRecord[] records;
    private final boolean guesses;

    EncryptedSteps(EventLog log, @Nullable ServerHello serverHello) {
        guesses = serverHello != null && serverHello.isTls13();
        records = serverHello != null && guesses ? new Tls13Records(log, serverHello).records() : recordsUpToTls12(log);
    }

    /** What an encrypted event holds. */
    EncryptedRecord record(int event) {
        EncryptedRecord record = records[event];
        return record == null ? UNKNOWN : record;
    }

    boolean isAlert(int event) {
        return record(event).holds(EncryptedMessage.ALERT);
    }

    /** Whether it is a conclusion from size and position. */
    boolean isGuess(int event) {
        return guesses && !record(event).equals(UNKNOWN);
    }

    private static @Nullable EncryptedRecord[] recordsUpToTls12(EventLog log) {
        EncryptedRecord[] records = new EncryptedRecord[log.eventCount()];
        Set<Direction> finished = EnumSet.noneOf(Direction.class);
        for (int event = 0; event < records.length; event++) {
            if (!log.isEncrypted(event)) {
                continue;
            }
            records[event] = EncryptedRecord.of(
                    switch (log.contentType(event)) {
                        case ContentTypes.HANDSHAKE ->
                            finished.add(log.direction(event)) ? EncryptedMessage.FINISHED : EncryptedMessage.HANDSHAKE;
                        case ContentTypes.ALERT -> EncryptedMessage.ALERT;
                        default -> EncryptedMessage.APPLICATION_DATA;
                    });
        }
        return records;
    }
}
