package io.sallyport.config.tls;

import io.sallyport.config.hocon.Section;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Resumption.
 *
 * @param tickets whether session tickets are issued and taken
 * @param ticketSecretFile what the ticket keys are derived from, the same for every replica; null: random keys
 * @param rotate how long one ticket key encrypts; zero: for ever
 * @param timeout how long a TLS 1.2 session may be resumed
 * @param cacheSize how many TLS 1.2 sessions are kept for clients without tickets; 0 keeps none
 */
public record SessionConfig(
        Tickets tickets, @Nullable Path ticketSecretFile, Duration rotate, Duration timeout, int cacheSize) {

    /** Both are counted in whole seconds. */
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    /** Whether tickets are used. */
    public enum Tickets {
        AUTO,
        OFF
    }

    static SessionConfig read(Section section) {
        return new SessionConfig(
                section.live().choice("tickets", Tickets.class),
                section.live().optionalFile("ticket-secret-file"),
                section.live().duration("rotate", SHORTEST),
                // BoringSSL takes 0 for two hours.
                section.live()
                        .positiveDuration(
                                "timeout", SHORTEST, "longer; tickets = off and cache-size = 0 end resumption"),
                section.live().integer("cache-size", 0, 10_000_000));
    }
}
