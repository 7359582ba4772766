package io.sallyport.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.sallyport.metrics.Direction;
import io.sallyport.metrics.ListenerMeters.HandshakeResult;
import io.sallyport.metrics.Meters;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the live page draws of one moment, read from the meters that a scrape reads. */
final class LiveSample {
    private final Meters meters;
    private final MeterRegistry registry;

    LiveSample(Meters meters, MeterRegistry registry) {
        this.meters = meters;
        this.registry = registry;
    }

    /** Writes an object: totals since the start, but for what is open now; times in seconds, {@code time} in Unix ms. */
    void writeTo(JsonGenerator json, String state) throws IOException {
        json.writeStartObject();
        json.writeNumberField("time", System.currentTimeMillis());
        json.writeStringField("state", state);
        json.writeNumberField("connections", meters.connectionsActive());
        json.writeNumberField("handshaking", meters.handshakesInFlight());
        json.writeObjectFieldStart("handshakes");
        for (HandshakeResult result : HandshakeResult.values()) {
            json.writeNumberField(result.tag(), total("sallyport.handshakes", "result", result.tag()));
        }
        json.writeEndObject();
        json.writeObjectFieldStart("bytes");
        for (Direction direction : Direction.values()) {
            json.writeNumberField(direction.tag(), total("sallyport.bytes", "direction", direction.tag()));
        }
        json.writeEndObject();
        writeHandshakeTimes(json);
        @Nullable Timer delay = registry.find("sallyport.event.loop.delay").timer();
        json.writeNumberField("event_loop_delay_seconds", delay == null ? 0 : delay.max(TimeUnit.SECONDS));
        json.writeNumberField("direct_bytes", directBytes());
        Runtime runtime = Runtime.getRuntime();
        json.writeNumberField("heap_bytes", runtime.totalMemory() - runtime.freeMemory());
        json.writeEndObject();
    }

    /** Cumulative, as Prometheus' histograms are: pairs of an upper bound and how many were at most that. */
    private void writeHandshakeTimes(JsonGenerator json) throws IOException {
        @Nullable Timer timer = registry.find("sallyport.handshake.duration").timer();
        json.writeObjectFieldStart("handshake_seconds");
        json.writeNumberField("count", timer == null ? 0 : timer.count());
        json.writeArrayFieldStart("buckets");
        if (timer != null) {
            HistogramSnapshot snapshot = timer.takeSnapshot();
            for (CountAtBucket bucket : snapshot.histogramCounts()) {
                json.writeStartArray();
                json.writeNumber(bucket.bucket(TimeUnit.SECONDS));
                json.writeNumber((long) bucket.count());
                json.writeEndArray();
            }
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private long total(String name, String label, String value) {
        return (long) registry.find(name).tag(label, value).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private static long directBytes() {
        return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider allocator
                ? allocator.metric().usedDirectMemory()
                : 0;
    }
}
