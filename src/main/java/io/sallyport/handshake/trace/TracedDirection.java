package io.sallyport.handshake.trace;

import io.netty.buffer.ByteBuf;
import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.iana.HandshakeTypes;
import io.sallyport.handshake.wire.CertificateLengths;
import io.sallyport.handshake.wire.HandshakeHeader;
import io.sallyport.handshake.wire.HandshakeMessage;
import io.sallyport.handshake.wire.MessageParser;
import io.sallyport.handshake.wire.MessageStream;
import io.sallyport.handshake.wire.RecordHeader;
import io.sallyport.handshake.wire.RecordStream;

/** One direction of a trace: writes into its log what the streams of this direction find. */
final class TracedDirection implements RecordStream.Listener, MessageStream.Listener {
    private static final int FATAL = 2;

    private final Direction direction;
    private final TraceState trace;
    private final RecordStream records = new RecordStream(this);
    private final MessageStream messages = new MessageStream(this);

    private int record = EventLog.NONE;
    private int recordEvent = EventLog.NONE;
    private int messageEvent = EventLog.NONE;
    private int contentType;
    private int clientHellos;
    private boolean encrypted;
    private long lastNanos;
    private int fatalAlert = -1;

    TracedDirection(Direction direction, TraceState trace) {
        this.direction = direction;
        this.trace = trace;
    }

    Direction direction() {
        return direction;
    }

    RecordStream records() {
        return records;
    }

    /** The description of the latest fatal alert in the clear; -1 if there is none. */
    int fatalAlert() {
        return fatalAlert;
    }

    int unfinishedMessageLength() {
        return messages.messageLength();
    }

    /** Bytes of a header that came last and without what follows it, so that no event tells of them; 0 if there is none. */
    int loneHeaderBytes() {
        if (records.unreadableAt() >= 0) {
            return 0;
        }
        if (records.headerLength() > 0 || messages.headerLength() > 0) {
            return records.headerLength() + messages.headerLength();
        }
        boolean untold = records.isInRecord() && recordEvent == EventLog.NONE && !messages.isInMessage();
        return untold ? RecordHeader.LENGTH : 0;
    }

    /** Nanoseconds from the start to the latest bytes. */
    long lastNanos() {
        return lastNanos;
    }

    void read(ByteBuf readable) {
        lastNanos = trace.now();
        records.read(readable);
    }

    void giveUp() {
        records.giveUp();
    }

    @Override
    public boolean onRecord(int type, int length) {
        contentType = type;
        record = trace.log().addRecord(direction, type, length, trace.now());
        boolean hidden =
                type == ContentTypes.APPLICATION_DATA || (encrypted && type != ContentTypes.CHANGE_CIPHER_SPEC);
        boolean isContainer = type == ContentTypes.HANDSHAKE || type == ContentTypes.ALERT;
        recordEvent = hidden || !isContainer
                ? trace.log().addEvent(direction, record, type, 0, length, hidden)
                : EventLog.NONE;
        return hidden;
    }

    @Override
    public void onRecordEnd() {
        EventLog log = trace.log();
        log.touchRecord(record, trace.now());
        log.completeEvent(recordEvent, record);
        if (contentType == ContentTypes.CHANGE_CIPHER_SPEC && trace.encryptsAfterChangeCipherSpec()) {
            encrypted = true;
        }
    }

    @Override
    public void onHandshake(ByteBuf buffer, int index, int length) {
        messages.read(buffer, index, length);
    }

    @Override
    public void onAlert(int level, int description) {
        fatalAlert = level == FATAL ? description : fatalAlert;
        EventLog log = trace.log();
        log.completeEvent(log.addEvent(direction, record, ContentTypes.ALERT, description, level, false), record);
    }

    @Override
    public int onMessage(int type, int length) {
        messageEvent = trace.log().addEvent(direction, record, ContentTypes.HANDSHAKE, type, length, false);
        if (type == HandshakeTypes.CLIENT_HELLO && ++clientHellos == 1 && !trace.readsFirstClientHello()) {
            return 0;
        }
        return MessageParser.bytesWanted(type, length - HandshakeHeader.LENGTH);
    }

    @Override
    public void onBody(int type, ByteBuf buffer, int start, int end) {
        HandshakeMessage message =
                MessageParser.parse(type, buffer, start, end, trace.clientHello(), trace.serverHello());
        trace.onMessageRead(messageEvent, message);
    }

    @Override
    public void onMessageEnd(int type) {
        EventLog log = trace.log();
        log.completeEvent(messageEvent, record);
        CertificateLengths certificates = messages.certificates();
        if (certificates != null) {
            log.attach(messageEvent, certificates.toChain());
        }
    }
}
