package io.sallyport.handshake.wire;

import io.sallyport.handshake.wire.MalformedHandshakeException.Reason;

/** What a {@link ClientHelloReader} knows so far. */
public sealed interface ClientHelloResult {
    /** The bytes so far begin a ClientHello, or may still begin one. */
    record NeedMore() implements ClientHelloResult {
        static final NeedMore INSTANCE = new NeedMore();
    }

    /** The whole ClientHello. */
    record Complete(ClientHello hello) implements ClientHelloResult {}

    /** The connection does not begin with TLS. */
    record NotTls(FirstBytes kind) implements ClientHelloResult {}

    /**
     * The message announces more than the reader takes.
     *
     * @param length bytes of the message with its header of four, as announced
     * @param limit what is taken, in the same bytes
     */
    record TooLarge(int length, int limit) implements ClientHelloResult {}

    /**
     * The records or the message break a rule.
     *
     * @param detail the field and the values, free of text from the wire
     */
    record Malformed(Reason reason, String detail) implements ClientHelloResult {}
}
