package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * The metrics listener, for probes and Prometheus alone.
 *
 * @param bind its address; null: the admin listener alone answers them
 */
public record MetricsConfig(@Nullable HostPort bind) {

    static MetricsConfig read(Section section) {
        return new MetricsConfig(section.fixed().optionalParsed("bind", HostPort.RULE, HostPort::parse));
    }
}
