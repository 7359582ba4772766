package io.sallyport.connection.relay;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.sallyport.tls.record.RecordLayer;

/** One of the two that a connection relays between: its transport and its TLS. Confined to the event loop of both. */
public interface Peer {

    /** What its bytes are framed by from now on; plain TCP at first. */
    void use(RecordLayer records);

    /** Queues data until {@link #flush}. Takes over the reference, also where it fails. */
    void write(ByteBuf data);

    void flush();

    /** Asks for one read. */
    void read();

    /** Whether little enough waits to be sent. */
    boolean isWritable();

    /**
     * Sends close_notify behind everything written; plain TCP and a stream that was cut have none.
     *
     * @return done once the kernel has all of it
     */
    Future<?> sendEnd(boolean withCloseNotify);

    /** Sends FIN at once. */
    void shutdownOutput();

    /** Done once the kernel has everything that was written. */
    Future<?> flushed();

    /** Whether its FIN has been read. */
    boolean isInputShutdown();

    /** Whether its stream came to its own end: close_notify (RFC 8446 section 6.1), or FIN where there is no TLS. */
    boolean isInboundClosed();

    /** Whether what came so far ends inside a record. */
    boolean isMidRecord();

    /** Whether data may still go to it after its close_notify. */
    boolean isFullDuplex();

    /** Closes in order: close_notify, FIN. */
    void close();

    /** The same, but that what it is still sending is read and thrown away first: unread, it would bring a reset. */
    void closeDiscarding();

    /** Closes without close_notify, so that nobody takes a cut stream for a whole one. */
    void cut();

    /** Resets at once; what was written and has not arrived is lost. */
    void reset();

    /** Resets as soon as everything written has arrived, or when it takes too long. */
    void resetOnceDelivered();
}
