package io.sallyport.accesslog;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * How many failed handshakes are told of: so many of one source and so many in all, in each window of time.
 *
 * <p>Sources share a table of fixed size by a hash that nobody can foresee, so no number of sources takes more memory; two
 * that fall on one place share its number. Without locks, for it is asked on event loops.
 */
final class FailureLimiter {
    private static final int SLOTS = 4096;
    private static final int NETWORK_OF_IPV6 = 8;

    private final long windowNanos;
    private final int perSource;
    private final int inAll;
    private final int seed = ThreadLocalRandom.current().nextInt();
    // Each the window's number in the upper half and the count in the lower.
    private final AtomicLongArray bySource = new AtomicLongArray(SLOTS);
    private final AtomicLongArray total = new AtomicLongArray(1);
    private final AtomicLong leftOut = new AtomicLong();

    FailureLimiter(long windowNanos, int perSource, int inAll) {
        this.windowNanos = windowNanos;
        this.perSource = perSource;
        this.inAll = inAll;
    }

    /** Takes one of the numbers, if there is one. */
    boolean admit(@Nullable InetAddress source, long nanoTime) {
        int window = (int) (nanoTime / windowNanos);
        return take(bySource, slot(source), window, perSource) && take(total, 0, window, inAll);
    }

    /** Counts one that is not told of; answers whether it is the first since {@link #takeLeftOut}. */
    boolean leaveOut() {
        return leftOut.getAndIncrement() == 0;
    }

    /** How many were not told of since the last call. */
    long takeLeftOut() {
        return leftOut.getAndSet(0);
    }

    private static boolean take(AtomicLongArray counters, int slot, int window, int limit) {
        while (true) {
            long seen = counters.get(slot);
            int count = (int) (seen >>> 32) == window ? (int) seen : 0;
            if (count >= limit) {
                return false;
            }
            if (counters.compareAndSet(slot, seen, (long) window << 32 | (count + 1))) {
                return true;
            }
        }
    }

    /** An IPv6 client can have every address of its network of 64 bits: they count as one. */
    private int slot(@Nullable InetAddress source) {
        if (source == null) {
            return 0;
        }
        byte[] address = source.getAddress();
        int hash =
                Arrays.hashCode(address.length > NETWORK_OF_IPV6 ? Arrays.copyOf(address, NETWORK_OF_IPV6) : address);
        int mixed = (hash ^ seed) * 0x9E3779B9;
        return (mixed ^ mixed >>> 16) & (SLOTS - 1);
    }
}
