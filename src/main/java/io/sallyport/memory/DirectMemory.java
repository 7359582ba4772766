package io.sallyport.memory;

import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.internal.PlatformDependent;

/**
 * The memory outside of the heap that Netty's buffers are in, of the whole process, and what is left of it for one
 * connection.
 *
 * <p>A connection holds what one side has sent and the other does not take. Thousands may do so at once, and the limit of
 * the JVM is not theirs to reach: whoever asks for a buffer then loses a connection. So the less is left, the less each
 * may hold.
 */
public final class DirectMemory {
    /** Each way a full outbound buffer, one read behind it, and what a buffer may be larger than its bytes. */
    public static final long PER_CONNECTION = (2L * 144) << 10;

    /**
     * Bytes that the kernel takes of a socket and cannot send yet (TCP_NOTSENT_LOWAT). Without it the buffer of a peer that
     * does not read grows to megabytes, in memory that no limit of the JVM knows of.
     */
    public static final int UNSENT = 128 << 10;

    /** What the allocator keeps at hand. */
    public static final long FIXED = 16 << 20;

    private DirectMemory() {}

    /** What one connection may hold, each way. */
    public enum Share {
        /** Netty's own marks. */
        FULL(64 << 10, 32 << 10, 64 << 10),
        SMALL(8 << 10, 4 << 10, 8 << 10),
        /** Read only what can be passed on at once. */
        LEAST(2 << 10, 1, 1);

        private final int read;
        private final int low;
        private final int high;

        Share(int read, int low, int high) {
            this.read = read;
            this.low = low;
            this.high = high;
        }

        /** Bytes of one read. */
        int read() {
            return read;
        }

        /** Sees to it that a channel counts as full when it holds this share; before the write that may fill it. */
        public void apply(Channel channel) {
            if (channel.config().getWriteBufferHighWaterMark() != high) {
                channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(low, high));
            }
        }
    }

    /** Bytes that are taken from the system, those kept for the next buffer included. */
    public static long used() {
        return Math.max(0, PlatformDependent.usedDirectMemory());
    }

    /** The most that there may be: {@code -XX:MaxDirectMemorySize} or {@code -Dio.netty.maxDirectMemory}. */
    public static long limit() {
        return PlatformDependent.maxDirectMemory();
    }

    /** What each may hold now. */
    public static Share share() {
        long used = used();
        long limit = limit();
        if (used < limit / 2) {
            return Share.FULL;
        }
        return used < limit / 8 * 5 ? Share.SMALL : Share.LEAST;
    }

    /** Whether what is left is needed for those who are connected already. */
    public static boolean isNearlyUsedUp() {
        return used() > limit() / 8 * 7;
    }
}
