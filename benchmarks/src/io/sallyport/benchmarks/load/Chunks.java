package io.sallyport.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Bytes to send, all of them from one buffer. */
final class Chunks {
    private static final int SIZE = 64 << 10;

    private final ByteBuf buffer = Unpooled.directBuffer(SIZE).writeZero(SIZE);

    /** At most {@code left} bytes, to be released. */
    ByteBuf next(long left) {
        return buffer.retainedSlice(0, (int) Math.min(SIZE, left));
    }
}
