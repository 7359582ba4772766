package io.sallyport.server;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.sallyport.metrics.Direction;
import io.sallyport.metrics.ListenerMeters.HandshakeResult;
import io.sallyport.metrics.Meters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the live page draws of one moment, read from the meters that a scrape reads. */
final class LiveMeters {
    private final Meters meters;
    private final MeterRegistry registry;

    LiveMeters(Meters meters, MeterRegistry registry) {
        this.meters = meters;
        this.registry = registry;
    }

    /**
     * Totals since the start, but for what is open now.
     *
     * @param time Unix time in milliseconds
     * @param handshakes by result
     * @param bytes by direction
     */
    record Sample(
            long time,
            String state,
            int connections,
            int handshaking,
            Map<String, Long> handshakes,
            Map<String, Long> bytes,
            Histogram handshakeSeconds,
            double eventLoopDelaySeconds,
            long directBytes,
            long heapBytes) {}

    /**
     * Cumulative, as Prometheus' histograms are.
     *
     * @param buckets pairs of an upper bound and how many were at most that
     */
    record Histogram(long count, List<List<Number>> buckets) {}

    Sample sample(String state) {
        @Nullable Timer delay = registry.find("sallyport.event.loop.delay").timer();
        Runtime runtime = Runtime.getRuntime();
        return new Sample(
                System.currentTimeMillis(),
                state,
                meters.connectionsActive(),
                meters.handshakesInFlight(),
                totals("sallyport.handshakes", "result", HandshakeResult.values(), HandshakeResult::tag),
                totals("sallyport.bytes", "direction", Direction.values(), Direction::tag),
                handshakeTimes(),
                delay == null ? 0 : delay.max(TimeUnit.SECONDS),
                directBytes(),
                runtime.totalMemory() - runtime.freeMemory());
    }

    private Histogram handshakeTimes() {
        @Nullable Timer timer = registry.find("sallyport.handshake.duration").timer();
        if (timer == null) {
            return new Histogram(0, List.of());
        }
        return new Histogram(
                timer.count(),
                Stream.of(timer.takeSnapshot().histogramCounts())
                        .map(bucket -> List.<Number>of(bucket.bucket(TimeUnit.SECONDS), (long) bucket.count()))
                        .toList());
    }

    private <E> Map<String, Long> totals(String name, String label, E[] values, Function<E, String> tag) {
        Map<String, Long> totals = new LinkedHashMap<>();
        for (E each : values) {
            double total = registry.find(name).tag(label, tag.apply(each)).counters().stream()
                    .mapToDouble(Counter::count)
                    .sum();
            totals.put(tag.apply(each), (long) total);
        }
        return totals;
    }

    private static long directBytes() {
        return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider allocator
                ? allocator.metric().usedDirectMemory()
                : 0;
    }
}
