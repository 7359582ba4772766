package io.sallyport.config;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.HostPort;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The admin listener.
 *
 * @param bind its address; null means none
 * @param tokenFile where the token is that requests have to show; null: anyone who reaches the address is answered
 * @param place this block
 */
public record AdminConfig(@Nullable HostPort bind, @Nullable Path tokenFile, Place place) {

    /** {@code file:line}, for messages. */
    public String where() {
        return place.text();
    }

    static AdminConfig read(Section section) {
        return new AdminConfig(
                section.fixed().optionalParsed("bind", HostPort.RULE, HostPort::parse),
                section.live().optionalFile("token-file"),
                section.place());
    }
}
