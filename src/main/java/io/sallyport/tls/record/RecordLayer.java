package io.sallyport.tls.record;

import io.netty.util.concurrent.Future;

/** The TLS of one client after its handshake, as the connection sees it. Confined to the channel's event loop. */
public interface RecordLayer {

    /** Sends close_notify behind everything written before; what the client still sends is read on. */
    Future<?> closeOutbound();

    /** Whether the client's close_notify has been read (RFC 8446 section 6.1). */
    boolean isInboundClosed();

    /** Whether the bytes so far end inside a record, so that an end of the TCP stream now cuts it. */
    boolean isMidRecord();

    /** Whether data may still go to the client after its close_notify. */
    boolean isFullDuplex();
}
