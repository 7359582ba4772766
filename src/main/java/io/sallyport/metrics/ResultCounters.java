package io.sallyport.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A counter for each result of each thing of a configuration, from 0 for as long as the thing is in it. */
final class ResultCounters<R extends Enum<R>> {
    private final Function<String, Map<R, Counter>> made;
    private final MeterRegistry registry;
    private final Map<String, Map<R, Counter>> counters = new ConcurrentHashMap<>();

    /**
     * None yet.
     *
     * @param label of a thing
     * @param results all of them
     * @param tag the value of the label {@code result}
     */
    ResultCounters(
            MeterRegistry registry,
            String name,
            String description,
            String label,
            R[] results,
            Function<R, String> tag) {
        this.registry = registry;
        this.made = thing -> Stream.of(results)
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(),
                        result -> Counter.builder(MeterNames.PREFIX + name)
                                .description(description)
                                .tag(label, thing)
                                .tag("result", tag.apply(result))
                                .register(registry)));
    }

    /** Counts for these things, and for no others any more. */
    synchronized void follow(Set<String> things) {
        things.forEach(thing -> counters.computeIfAbsent(thing, made));
        counters.entrySet().removeIf(entry -> {
            boolean gone = !things.contains(entry.getKey());
            if (gone) {
                entry.getValue().values().forEach(registry::remove);
            }
            return gone;
        });
    }

    /** Counts one; of a thing that is followed no more, nothing: its counters would stay for ever. */
    void count(String thing, R result) {
        Counter counter = counters.getOrDefault(thing, Map.of()).get(result);
        if (counter != null) {
            counter.increment();
        }
    }
}
