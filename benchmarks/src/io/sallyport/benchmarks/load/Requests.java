package io.sallyport.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** What a connection asks of the {@link Backend} with its first bytes. */
final class Requests {
    /** Send back whatever follows. */
    static final int ECHO = 'E';

    /** Send as many bytes as the long that follows says. */
    static final int SOURCE = 'S';

    /** Read as many bytes as the long that follows says, and answer with one. */
    static final int SINK = 'D';

    static final int HEADER = 1 + Long.BYTES;

    private Requests() {}

    static ByteBuf echo(ByteBufAllocator allocator, int size) {
        return allocator.directBuffer(1 + size).writeByte(ECHO).writeZero(size);
    }

    static ByteBuf transfer(ByteBufAllocator allocator, int kind, long length) {
        return allocator.directBuffer(HEADER).writeByte(kind).writeLong(length);
    }
}
