package io.sallyport.server.generation;

import io.sallyport.tls.context.TicketKeys;
import io.sallyport.tls.context.TicketKeys.Ring;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The ticket keys of a generation at one moment.
 *
 * @param keys where they come from, by listener; none for listeners without tickets
 * @param rings the keys of that moment, by listener
 */
record TicketRings(Map<String, TicketKeys> keys, Map<String, Ring> rings) {

    TicketRings {
        keys = Collections.unmodifiableMap(new TreeMap<>(keys));
        rings = Collections.unmodifiableMap(new TreeMap<>(rings));
    }

    static final TicketRings NONE = new TicketRings(Map.of(), Map.of());

    /** Those of {@code keys} at {@code now}; a ring of this moment that still holds is the same. */
    TicketRings of(Map<String, TicketKeys> nextKeys, Instant now) {
        Map<String, Ring> next = new TreeMap<>();
        nextKeys.forEach((listener, each) -> {
            @Nullable Ring ring = keys.get(listener) == each ? rings.get(listener) : null;
            next.put(listener, ring != null && ring.epoch() == each.epoch(now) ? ring : each.at(now));
        });
        return new TicketRings(nextKeys, next);
    }

    /** Whether an epoch has begun or, where the clock was set back, ended since. */
    boolean areOutOfDate(Instant now) {
        return keys.entrySet().stream().anyMatch(entry -> {
            @Nullable Ring ring = rings.get(entry.getKey());
            return ring == null || ring.epoch() != entry.getValue().epoch(now);
        });
    }

    /** When the next epoch begins; {@link Instant#MAX}: never. */
    Instant nextEpoch(Instant now) {
        return keys.values().stream()
                .map(each -> each.nextEpoch(now))
                .min(Comparator.naturalOrder())
                .orElse(Instant.MAX);
    }
}
