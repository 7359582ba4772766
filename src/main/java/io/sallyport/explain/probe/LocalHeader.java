package io.sallyport.explain.probe;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * A PROXY protocol header that says of a connection that its peer made it for itself (section 2.2: version 2, LOCAL, no
 * addresses). What accepts headers keeps the addresses of the socket then.
 */
final class LocalHeader {
    private static final byte[] BYTES = {
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x20, 0x00, 0x00, 0x00
    };

    private LocalHeader() {}

    static ByteBuf buffer() {
        return Unpooled.copiedBuffer(BYTES);
    }
}
