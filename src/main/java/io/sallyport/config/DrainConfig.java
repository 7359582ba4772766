package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import java.time.Duration;

/**
 * How a stop goes.
 *
 * @param delay how long connections are still accepted after readiness is gone, so that a load balancer sees it
 * @param timeout how long live connections may take to finish after the listeners closed; zero: for ever
 */
public record DrainConfig(Duration delay, Duration timeout) {

    static DrainConfig read(Section section) {
        return new DrainConfig(section.live().duration("delay"), section.live().duration("timeout"));
    }
}
