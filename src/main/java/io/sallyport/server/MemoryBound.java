package io.sallyport.server;

import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.memory.DirectMemory;

/**
 * How much direct memory a configuration can take: connections times what one holds, and what the allocator keeps.
 *
 * @param connections the most at once; 0 means no limit
 */
record MemoryBound(long connections) {
    private static final long MIB = 1 << 20;

    static MemoryBound of(ProxyConfig config) {
        long everybody = config.limits().connections();
        boolean bounded = config.listeners().values().stream().allMatch(listener -> most(listener) > 0);
        long listeners = config.listeners().values().stream()
                .mapToLong(MemoryBound::most)
                .sum();
        if (!bounded) {
            return new MemoryBound(everybody);
        }
        return new MemoryBound(everybody == 0 ? listeners : Math.min(everybody, listeners));
    }

    private static long most(ListenerConfig listener) {
        return listener.limits().connections();
    }

    /** Bytes; 0 means no bound but the JVM's limit. */
    long bytes() {
        return connections == 0 ? 0 : connections * DirectMemory.PER_CONNECTION + DirectMemory.FIXED;
    }

    /** For a person. */
    String words() {
        String limit = mebibytes(DirectMemory.limit()) + " of direct memory";
        if (connections == 0) {
            return "memory: no limit of connections; there is " + limit;
        }
        String bound = "memory: " + connections + " connections x " + (DirectMemory.PER_CONNECTION >> 10) + " KiB + "
                + mebibytes(DirectMemory.FIXED) + " = " + mebibytes(bytes());
        return bytes() <= DirectMemory.limit()
                ? bound + "; there is " + limit
                : bound + "; there is " + limit
                        + ": when it runs short, each connection holds less and new ones are refused";
    }

    private static String mebibytes(long bytes) {
        return (bytes + MIB - 1) / MIB + " MiB";
    }
}
