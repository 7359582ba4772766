package io.sallyport.memory;

import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * What this process may use, in bytes.
 *
 * @param heap -Xmx
 * @param direct -XX:MaxDirectMemorySize
 * @param resident the limit of the control group, or else the machine's memory: heap, direct memory and all that is outside
 */
public record ProcessMemory(long heap, long direct, long resident) {
    /** The JVM by itself: code, classes, stacks, compilers; and the pages of files that it cannot do without. */
    public static final long FIXED = 40L << 20;

    /** Live objects without connections: classes, configuration, meters. */
    public static final long FIXED_HEAP = 9L << 20;

    private static final long FEW_SESSIONS = 64L << 10;

    /** What there is now. */
    public static ProcessMemory now(@Nullable ControlGroup group) {
        long machine =
                ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                        ? system.getTotalMemorySize()
                        : Long.MAX_VALUE;
        return new ProcessMemory(
                Runtime.getRuntime().maxMemory(),
                DirectMemory.limit(),
                group == null ? machine : Math.min(machine, group.limit()));
    }

    /**
     * Bytes for all sessions of TLS 1.2 that are kept for clients without tickets, which any stranger can fill. A quarter of a
     * session is in the heap; of what is outside of it, connections need most.
     */
    public long sessions() {
        return Math.max(FEW_SESSIONS, Math.min((resident - heap - FIXED) / 32, heap / 4));
    }

    /** So many connections fit when each holds this; 1 at least. */
    public int places(ConnectionMemory each) {
        long inHeap = (heap / 8 * 7 - FIXED_HEAP) / each.heap();
        long inDirect = direct / 8 * 7 / Math.max(1, each.direct());
        long outside = (resident - heap - FIXED) / (each.resident() + each.direct());
        return (int) Math.max(1, Math.min(Math.min(inHeap, inDirect), Math.min(outside, Integer.MAX_VALUE)));
    }
}
