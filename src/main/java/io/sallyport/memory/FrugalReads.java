package io.sallyport.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/** Netty's guess at the size of the next read, but no more than the memory that is left allows. */
public final class FrugalReads implements RecvByteBufAllocator {
    private final AdaptiveRecvByteBufAllocator adaptive = new AdaptiveRecvByteBufAllocator();

    @Override
    @SuppressWarnings("deprecation") // Netty's signature.
    public Handle newHandle() {
        return new Frugal((ExtendedHandle) adaptive.newHandle());
    }

    private static final class Frugal extends DelegatingHandle implements ExtendedHandle {
        Frugal(ExtendedHandle adaptive) {
            super(adaptive);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            return allocator.ioBuffer(guess());
        }

        @Override
        public int guess() {
            return Math.min(delegate().guess(), DirectMemory.share().read());
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreDataSupplier) {
            return ((ExtendedHandle) delegate()).continueReading(maybeMoreDataSupplier);
        }
    }
}
