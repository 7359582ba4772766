package io.sallyport.tls.record;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;

/** No TLS of ours: the end of the TCP stream is the end of the data. */
public final class PlainRecordLayer implements RecordLayer {
    private final Channel channel;

    public PlainRecordLayer(Channel channel) {
        this.channel = channel;
    }

    @Override
    public Future<?> closeOutbound() {
        return channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
    }

    @Override
    public boolean isInboundClosed() {
        return true;
    }

    @Override
    public boolean isMidRecord() {
        return false;
    }

    @Override
    public boolean isFullDuplex() {
        return true;
    }
}
