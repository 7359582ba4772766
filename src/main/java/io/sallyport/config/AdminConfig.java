package io.sallyport.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The admin listener.
 *
 * @param bind its address; null means none
 * @param tokenFile where the token is that requests have to show; null: anyone who reaches the address is answered
 * @param where {@code file:line} of this block
 */
public record AdminConfig(@Nullable HostPort bind, @Nullable Path tokenFile, String where) {

    static AdminConfig read(Section section) {
        return new AdminConfig(
                section.optionalParsed("bind", HostPort.RULE, HostPort::parse),
                section.optionalFile("token-file"),
                section.where());
    }
}
