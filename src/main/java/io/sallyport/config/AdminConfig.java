package io.sallyport.config;

import org.jspecify.annotations.Nullable;

/**
 * The admin listener.
 *
 * @param bind its address; null means none
 */
public record AdminConfig(@Nullable HostPort bind) {

    static AdminConfig read(Section section) {
        return new AdminConfig(section.optionalParsed("bind", HostPort.RULE, HostPort::parse));
    }
}
