package io.sallyport.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gauges of points in time, which come and go with what is in service.
 *
 * <p>A gauge stays as long as its labels do and changes its value: one that is taken away and made anew shows twice in a
 * scrape at that moment, which fails.
 */
final class Timestamps {
    private final MeterRegistry registry;
    private final String name;
    private final String help;
    private final Map<Tags, Shown> shown = new HashMap<>();

    private record Shown(AtomicLong seconds, Meter gauge) {}

    Timestamps(MeterRegistry registry, String name, String help) {
        this.registry = registry;
        this.name = name;
        this.help = help;
    }

    /** Shows these, and no others any more. */
    synchronized void show(Map<Tags, Instant> times) {
        times.forEach((tags, time) -> shown.computeIfAbsent(tags, any -> register(tags, time))
                .seconds()
                .set(time.getEpochSecond()));
        shown.entrySet().removeIf(entry -> {
            boolean gone = !times.containsKey(entry.getKey());
            if (gone) {
                registry.remove(entry.getValue().gauge());
            }
            return gone;
        });
    }

    private Shown register(Tags tags, Instant time) {
        AtomicLong seconds = new AtomicLong(time.getEpochSecond());
        Meter gauge = TimeGauge.builder(MeterNames.PREFIX + name, seconds, TimeUnit.SECONDS, AtomicLong::get)
                .description(help)
                .tags(tags)
                .strongReference(true)
                .register(registry);
        return new Shown(seconds, gauge);
    }
}
