package io.sallyport.handshake.trace;

import io.sallyport.handshake.iana.AlertDescriptions;
import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.iana.HandshakeTypes;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.HandshakeMessage;
import io.sallyport.handshake.wire.ServerHello;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A handshake in words, as far as it went. Encrypted messages are told by the size and the position of their records, which
 * is a guess that holds for all common TLS libraries; their step says so.
 *
 * @param clientHello the first; null if none came whole or it could not be read
 * @param serverHello the one that is no HelloRetryRequest; null if none came
 * @param steps what happened, in order
 * @param records the first 64 records, in order; of them at most 56 of the client
 * @param recordsNotKept how many followed them
 * @param alerts those in the clear, in order
 * @param bytesFromClient all bytes of the direction, record headers included
 * @param bytesFromServer all bytes of the direction, record headers included
 * @param clientUnreadableAt offset of the client's first byte that is no TLS; -1 if all is
 * @param serverUnreadableAt offset of the server's first byte that is no TLS; -1 if all is
 */
public record HandshakeTranscript(
        @Nullable ClientHello clientHello,
        @Nullable ServerHello serverHello,
        List<Step> steps,
        List<RecordSeen> records,
        int recordsNotKept,
        List<AlertSeen> alerts,
        long bytesFromClient,
        long bytesFromServer,
        long clientUnreadableAt,
        long serverUnreadableAt) {

    public static final int NO_TYPE = -1;

    public HandshakeTranscript {
        steps = List.copyOf(steps);
        records = List.copyOf(records);
        alerts = List.copyOf(alerts);
    }

    /** What happened last; null if nothing did. */
    public @Nullable Step lastStep() {
        return steps.isEmpty() ? null : steps.get(steps.size() - 1);
    }

    /**
     * One thing that a side sent.
     *
     * @param kind what it is, for decisions
     * @param what the message's name in the RFCs ({@code ServerKeyExchange}), {@code HelloRetryRequest}, {@code
     *     ChangeCipherSpec}, {@code Alert}; several with commas if one encrypted record holds them; or lower-case words
     *     where it is not one message
     * @param bytes of the message with its header of four; of the record's fragment if it is encrypted or no message
     * @param nanos from the start of the trace to its last byte
     * @param complete whether all of it passed
     * @param detail one line, may be empty; printable ASCII whatever the wire held
     * @param type of a handshake message in the clear ({@link HandshakeTypes}); {@link #NO_TYPE} else
     * @param message what was read of it; null if encrypted or not read
     */
    public record Step(
            Direction direction,
            Kind kind,
            String what,
            int bytes,
            long nanos,
            boolean complete,
            String detail,
            int type,
            @Nullable HandshakeMessage message) {

        /** Whether it is a message of such a type, in the clear. */
        public boolean isMessage(int type) {
            return kind == Kind.MESSAGE && this.type == type;
        }

        /** In the clear, or by what is known of an encrypted record. */
        public boolean isAlert() {
            return kind == Kind.ALERT;
        }

        public boolean isChangeCipherSpec() {
            return kind == Kind.CHANGE_CIPHER_SPEC;
        }
    }

    /** What a step is. */
    public enum Kind {
        /** A handshake message in the clear. */
        MESSAGE,
        CHANGE_CIPHER_SPEC,
        ALERT,
        /** Encrypted, and no alert as far as can be told. */
        ENCRYPTED,
        /** Another record, or a part of one. */
        OTHER
    }

    /**
     * One record.
     *
     * @param contentType see {@link ContentTypes}
     * @param length bytes of its fragment, without the header of five
     * @param nanos from the start of the trace to its last byte
     */
    public record RecordSeen(Direction direction, int contentType, int length, long nanos) {}

    /**
     * One alert in the clear.
     *
     * @param level 1 warning, 2 fatal
     * @param description see {@link AlertDescriptions}
     */
    public record AlertSeen(Direction direction, int level, int description, long nanos) {
        /** {@code unknown_ca} and the like. */
        public String name() {
            return AlertDescriptions.name(description);
        }

        public boolean isFatal() {
            return level == 2;
        }
    }
}
