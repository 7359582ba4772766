package io.sallyport.handshake.trace;

import io.sallyport.handshake.wire.HandshakeMessage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The records and the events of one handshake, each packed into a long: a handshake in progress holds a few hundred bytes
 * here and no object for a record. Both lists are bounded; what does not fit is counted.
 *
 * <p>An event is a handshake message or an alert in the clear, or else a whole record.
 */
final class EventLog {
    static final int MAX_RECORDS = 64;
    static final int MAX_EVENTS = 64;
    static final int NONE = -1;

    /** So many of a client's at most, records and events: one that sends a record for each byte must not hide our alert. */
    static final int MAX_OF_CLIENT = 56;

    private static final int INITIAL = 12;
    private static final int LENGTH_BITS = 15;
    private static final int NANOS_BITS = 40;
    private static final int SIZE_BITS = 25;
    private static final long MAX_NANOS = (1L << NANOS_BITS) - 1;
    private static final long COMPLETE = 1L << 48;
    private static final long ENCRYPTED = 1L << 49;
    private static final long TO_CLIENT = 1L << 63;

    // Time 0..39, fragment length 40..54, content type 55..62, direction 63.
    private long[] records = new long[INITIAL];
    private int recordCount;
    private int clientRecords;
    private int recordsNotKept;

    // Size 0..24, record 25..31, subtype 32..39, content type 40..47, complete 48, encrypted 49, direction 63.
    private long[] events = new long[INITIAL];
    private int eventCount;
    private int clientEvents;
    private @Nullable HandshakeMessage[] messages = new HandshakeMessage[0];

    /** Keeps a record; answers its index or {@link #NONE}. The time is nanoseconds since the start. */
    int addRecord(Direction direction, int contentType, int length, long nanos) {
        boolean ofClient = direction == Direction.CLIENT_TO_SERVER;
        if (recordCount == MAX_RECORDS || (ofClient && clientRecords == MAX_OF_CLIENT)) {
            recordsNotKept++;
            return NONE;
        }
        clientRecords += ofClient ? 1 : 0;
        if (recordCount == records.length) {
            records = Arrays.copyOf(records, Math.min(2 * recordCount, MAX_RECORDS));
        }
        records[recordCount] = sign(direction) | (long) contentType << 55 | (long) length << NANOS_BITS | clamp(nanos);
        return recordCount++;
    }

    /** A record's time is that of its last byte. */
    void touchRecord(int record, long nanos) {
        if (record != NONE) {
            records[record] = (records[record] & ~MAX_NANOS) | clamp(nanos);
        }
    }

    /** Keeps an event of a kept record; answers its index or {@link #NONE}. */
    int addEvent(Direction direction, int record, int contentType, int subtype, int size, boolean encrypted) {
        boolean ofClient = direction == Direction.CLIENT_TO_SERVER;
        if (record == NONE || eventCount == MAX_EVENTS || (ofClient && clientEvents == MAX_OF_CLIENT)) {
            return NONE;
        }
        clientEvents += ofClient ? 1 : 0;
        if (eventCount == events.length) {
            events = Arrays.copyOf(events, Math.min(2 * eventCount, MAX_EVENTS));
        }
        events[eventCount] = sign(direction)
                | (encrypted ? ENCRYPTED : 0)
                | (long) contentType << 40
                | (long) subtype << 32
                | (long) record << SIZE_BITS
                | size;
        return eventCount++;
    }

    /** The last byte of an event came in the given record, if that was kept. */
    void completeEvent(int event, int record) {
        if (event == NONE) {
            return;
        }
        events[event] |= COMPLETE;
        if (record != NONE) {
            events[event] = (events[event] & ~(0x7FL << SIZE_BITS)) | (long) record << SIZE_BITS;
        }
    }

    void attach(int event, HandshakeMessage message) {
        if (event == NONE) {
            return;
        }
        if (event >= messages.length) {
            messages = Arrays.copyOf(messages, events.length);
        }
        messages[event] = message;
    }

    int recordCount() {
        return recordCount;
    }

    int recordsNotKept() {
        return recordsNotKept;
    }

    Direction recordDirection(int record) {
        return direction(records[record]);
    }

    int recordType(int record) {
        return (int) (records[record] >>> 55) & 0xFF;
    }

    int recordLength(int record) {
        return (int) (records[record] >>> NANOS_BITS) & ((1 << LENGTH_BITS) - 1);
    }

    long recordNanos(int record) {
        return records[record] & MAX_NANOS;
    }

    int eventCount() {
        return eventCount;
    }

    Direction direction(int event) {
        return direction(events[event]);
    }

    int contentType(int event) {
        return (int) (events[event] >>> 40) & 0xFF;
    }

    /** The type of a handshake message, or the description of an alert. */
    int subtype(int event) {
        return (int) (events[event] >>> 32) & 0xFF;
    }

    /** Bytes of a message with its header or of a record's fragment, or the level of an alert in the clear. */
    int size(int event) {
        return (int) events[event] & ((1 << SIZE_BITS) - 1);
    }

    long nanos(int event) {
        return recordNanos((int) (events[event] >>> SIZE_BITS) & 0x7F);
    }

    boolean isComplete(int event) {
        return (events[event] & COMPLETE) != 0;
    }

    boolean isEncrypted(int event) {
        return (events[event] & ENCRYPTED) != 0;
    }

    @Nullable
    HandshakeMessage message(int event) {
        return event < messages.length ? messages[event] : null;
    }

    private static long clamp(long nanos) {
        return Math.max(0, Math.min(nanos, MAX_NANOS));
    }

    private static long sign(Direction direction) {
        return direction == Direction.SERVER_TO_CLIENT ? TO_CLIENT : 0;
    }

    private static Direction direction(long packed) {
        return packed < 0 ? Direction.SERVER_TO_CLIENT : Direction.CLIENT_TO_SERVER;
    }
}
