package io.sallyport.tls;

import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;

/**
 * Netty's {@link SslHandler} for the whole life of a connection.
 *
 * <p>Its engine closes both directions at the client's close_notify, and does not show what it holds of a record.
 */
public final class EngineRecordLayer implements RecordLayer {
    private final SslHandler handler;

    public EngineRecordLayer(SslHandler handler) {
        this.handler = handler;
    }

    @Override
    public Future<?> closeOutbound() {
        return handler.closeOutbound();
    }

    @Override
    public boolean isInboundClosed() {
        return handler.engine().isInboundDone();
    }

    @Override
    public boolean isMidRecord() {
        return false;
    }

    @Override
    public boolean isFullDuplex() {
        return false;
    }
}
