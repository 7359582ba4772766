package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import java.time.Duration;

/**
 * When a server that cannot be reached is left out for a while.
 *
 * @param consecutiveFailures connections in a row that failed; 0: never
 * @param ejection for how long; zero: never
 * @param maxEjectedPercent at most so much of the backend is left out at once
 */
public record PassiveHealthConfig(int consecutiveFailures, Duration ejection, int maxEjectedPercent) {

    static PassiveHealthConfig read(Section section) {
        return new PassiveHealthConfig(
                section.live().integer("consecutive-failures", 0, 1000),
                section.live().duration("ejection"),
                section.live().percent("max-ejected"));
    }
}
