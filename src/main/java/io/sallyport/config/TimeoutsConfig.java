package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import java.time.Duration;

/**
 * How long each phase of one connection may take. Zero means no limit, but for {@code halfClose}, where it means at
 * once.
 *
 * @param handshake from accept to the end of the TLS handshake
 * @param idle without a byte in either direction; below 450 s, twice as long may one side take none
 * @param halfClose from the first end of stream to the end of the connection
 * @param maxLifetime from accept to the end of the connection, whatever it does
 */
public record TimeoutsConfig(Duration handshake, Duration idle, Duration halfClose, Duration maxLifetime) {

    static TimeoutsConfig read(Section section) {
        return new TimeoutsConfig(
                section.live().duration("handshake"),
                section.live().duration("idle"),
                section.live().duration("half-close"),
                section.live().duration("max-lifetime"));
    }
}
