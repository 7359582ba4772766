package io.sallyport.handshake.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.iana.HandshakeTypes;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.wire.ClientHelloResult.Complete;
import io.sallyport.handshake.wire.ClientHelloResult.Malformed;
import io.sallyport.handshake.wire.ClientHelloResult.NeedMore;
import io.sallyport.handshake.wire.ClientHelloResult.NotTls;
import io.sallyport.handshake.wire.ClientHelloResult.TooLarge;
import io.sallyport.handshake.wire.MalformedHandshakeException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ClientHello at the start of a connection, over as many records and TCP segments as it takes (RFC 8446
 * sections 4 and 5.1). One reader serves one connection.
 *
 * <p>The caller keeps all bytes in one cumulation buffer, to replay them later, and shows the whole of it each time.
 * The reader remembers how far it got, so the work is linear in the bytes however they arrive; it copies the message only
 * when that is spread over records.
 */
public final class ClientHelloReader {
    /** Bytes of the longest message taken, with its header of four. BoringSSL takes no longer one either. */
    public static final int MAX_MESSAGE = HandshakeHeader.LENGTH + (1 << 14);

    /** The same where clients show certificates: with a ticket that holds a chain, extensions of 64 KiB. */
    public static final int MAX_MESSAGE_WITH_CHAIN = HandshakeHeader.LENGTH + (66 << 10);

    // Browsers send one record, circumvention tools a handful. Each record of one byte costs six, so without this limit
    // a client could hold the reader and its buffer for 96 KiB.
    private static final int MAX_RECORDS = 64;

    private final int maxMessage;
    private boolean tls;
    private int records;
    private int recordRemaining;
    // Bytes of the cumulation buffer that were looked at.
    private int position;
    private final HandshakeHeader header = new HandshakeHeader();
    private int received;
    private @Nullable ClientHelloResult result;

    public ClientHelloReader() {
        this(MAX_MESSAGE);
    }

    /** @param maxMessage bytes of the longest message taken, with its header of four */
    public ClientHelloReader(int maxMessage) {
        this.maxMessage = maxMessage;
    }

    /**
     * Looks at the bytes that are new since the last call.
     *
     * @param cumulation every byte since the start of TLS, at a reader index of the caller's choice; no index is moved
     * @return once anything but {@link NeedMore}, the same for ever
     */
    public ClientHelloResult read(ByteBuf cumulation) {
        if (result != null) {
            return result;
        }
        ClientHelloResult latest = advance(cumulation);
        if (!(latest instanceof NeedMore)) {
            result = latest;
        }
        return latest;
    }

    /** Bytes of the message with its header of four, as announced by it; -1 before that arrived. */
    public int messageLength() {
        return header.isComplete() ? header.messageLength() : -1;
    }

    private ClientHelloResult advance(ByteBuf cumulation) {
        if (!tls) {
            FirstBytes kind = FirstBytes.classify(cumulation);
            if (kind == null) {
                return NeedMore.INSTANCE;
            }
            if (kind != FirstBytes.TLS) {
                return new NotTls(kind);
            }
            tls = true;
        }
        try {
            return walk(cumulation);
        } catch (MalformedHandshakeException e) {
            return new Malformed(e.reason(), e.detail());
        }
    }

    private ClientHelloResult walk(ByteBuf cumulation) throws MalformedHandshakeException {
        int start = cumulation.readerIndex();
        int available = cumulation.readableBytes();
        while (true) {
            if (recordRemaining == 0) {
                if (available - position < RecordHeader.LENGTH) {
                    return NeedMore.INSTANCE;
                }
                openRecord(cumulation, start + position);
            }
            int fragment = Math.min(recordRemaining, available - position);
            int read = header.isComplete() ? 0 : header.read(cumulation, start + position, fragment);
            if (header.isComplete()) {
                if (header.type() != HandshakeTypes.CLIENT_HELLO) {
                    throw new MalformedHandshakeException(
                            Reason.UNEXPECTED_MESSAGE, HandshakeTypes.name(header.type()) + " (expected: ClientHello)");
                }
                if (header.messageLength() > maxMessage) {
                    return new TooLarge(header.messageLength(), maxMessage);
                }
                read = Math.min(fragment, header.messageLength() - received);
            }
            position += read;
            recordRemaining -= read;
            received += read;
            if (header.isComplete() && received == header.messageLength()) {
                return new Complete(parse(cumulation, start));
            }
            if (position == available) {
                return NeedMore.INSTANCE;
            }
        }
    }

    private void openRecord(ByteBuf cumulation, int index) throws MalformedHandshakeException {
        if (++records > MAX_RECORDS) {
            throw new MalformedHandshakeException(
                    Reason.TOO_MANY_RECORDS, "ClientHello: in more than " + MAX_RECORDS + " records");
        }
        int type = RecordHeader.contentType(cumulation, index);
        if (type != ContentTypes.HANDSHAKE) {
            throw new MalformedHandshakeException(
                    Reason.UNEXPECTED_RECORD, "record: " + ContentTypes.name(type) + " (expected: handshake)");
        }
        int version = RecordHeader.version(cumulation, index);
        if (version >>> 8 != 3) {
            throw new MalformedHandshakeException(
                    Reason.BAD_RECORD_VERSION, "record version: " + TlsVersions.name(version) + " (expected: 0x03..)");
        }
        int length = RecordHeader.length(cumulation, index);
        if (length > RecordHeader.MAX_FRAGMENT) {
            throw new MalformedHandshakeException(
                    Reason.RECORD_TOO_LONG,
                    "record: " + length + " bytes (expected: at most " + RecordHeader.MAX_FRAGMENT + ")");
        }
        recordRemaining = length;
        position += RecordHeader.LENGTH;
    }

    private ClientHello parse(ByteBuf cumulation, int start) throws MalformedHandshakeException {
        int bodyLength = header.messageLength() - HandshakeHeader.LENGTH;
        if (records == 1) {
            int body = start + RecordHeader.LENGTH + HandshakeHeader.LENGTH;
            return new ClientHelloParser(cumulation, body, body + bodyLength).parse();
        }
        byte[] message = join(cumulation, start);
        return new ClientHelloParser(Unpooled.wrappedBuffer(message), HandshakeHeader.LENGTH, message.length).parse();
    }

    /** Walks the records once more, which arrived whole, so that nothing is allocated before everything is there. */
    private byte[] join(ByteBuf cumulation, int start) {
        byte[] message = new byte[header.messageLength()];
        int index = start;
        for (int joined = 0; joined < message.length; ) {
            int fragment = Math.min(RecordHeader.length(cumulation, index), message.length - joined);
            cumulation.getBytes(index + RecordHeader.LENGTH, message, joined, fragment);
            index += RecordHeader.LENGTH + fragment;
            joined += fragment;
        }
        return message;
    }
}
