package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import java.time.Duration;

/**
 * When files are looked at again.
 *
 * @param watch whether the kernel is asked to tell of changes
 * @param poll how often files are looked at besides; zero: never
 * @param maxAge how long live connections keep what a reload has replaced; zero: until they end
 */
public record ReloadConfig(boolean watch, Duration poll, Duration maxAge) {
    private static final Duration SHORTEST_POLL = Duration.ofMillis(100);

    static ReloadConfig read(Section section) {
        return new ReloadConfig(
                section.fixed().bool("watch"),
                section.fixed().duration("poll", SHORTEST_POLL),
                section.live().duration("max-age"));
    }
}
