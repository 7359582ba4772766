package io.sallyport.memory;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says whether the process can take on one connection more without a danger to those that it has: of the heap, of direct
 * memory, and of what the control group may use.
 *
 * <p>The number of places sees to it that those who are connected can grow to what a connection may hold. What else uses
 * memory, such as another process of the control group, is seen by a look every {@value #LOOK_MILLIS} ms on a thread of its
 * own; each connection in between is counted with its share.
 */
public final class MemoryGuard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.memory");
    private static final long LOOK_MILLIS = 100;

    /** Garbage counts as used until it is collected, and collecting stops every thread: no more than a twentieth of the time. */
    private static final int COLLECT_SHARE = 20;

    private final @Nullable ControlGroup group;
    private final @Nullable MemoryPoolMXBean old = oldGeneration();
    private final AtomicLong credit = new AtomicLong(Long.MAX_VALUE / 2);
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "sallyport-memory");
        thread.setDaemon(true);
        return thread;
    });
    private volatile int places;
    private volatile long each;
    private volatile boolean heapShort;
    private long nextCollectNanos = System.nanoTime();

    public MemoryGuard(@Nullable ControlGroup group, int places, ConnectionMemory each) {
        this.group = group;
        limit(places, each);
        // All threads start with the process.
        looks.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Changes how many connections there may be, 0 for any number, and what one of them may come to hold. */
    public void limit(int most, ConnectionMemory connection) {
        places = most == 0 ? Integer.MAX_VALUE : most;
        each = connection.resident();
    }

    /**
     * Whether another connection may come; on any thread.
     *
     * @param connections those that there are
     */
    public boolean admits(int connections) {
        if (connections >= places || heapShort || DirectMemory.isNearlyUsedUp()) {
            return false;
        }
        return group == null || credit.addAndGet(-each) >= 0;
    }

    private void look() {
        try {
            if (group != null) {
                // A sixteenth for what grows between two looks, and for the pages of files in use.
                credit.set(group.limit() - group.limit() / 16 - group.used());
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("the control group cannot be read", e);
            credit.set(Long.MAX_VALUE / 2);
        }
        long now = System.nanoTime();
        if (!isOldGenerationFull()) {
            heapShort = false;
        } else if (now - nextCollectNanos >= 0) {
            System.gc();
            long end = System.nanoTime();
            nextCollectNanos = end + COLLECT_SHARE * (end - now);
            Runtime heap = Runtime.getRuntime();
            heapShort = heap.totalMemory() - heap.freeMemory() > heap.maxMemory() / 8 * 7;
        }
    }

    private boolean isOldGenerationFull() {
        if (old == null) {
            return false;
        }
        MemoryUsage usage = old.getUsage();
        return usage.getMax() > 0 && usage.getUsed() > usage.getMax() / 8 * 7;
    }

    /** Of the heap's pools it alone can be asked to tell when it fills. */
    private static @Nullable MemoryPoolMXBean oldGeneration() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool ->
                        pool.getType() == java.lang.management.MemoryType.HEAP && pool.isUsageThresholdSupported())
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }
}
