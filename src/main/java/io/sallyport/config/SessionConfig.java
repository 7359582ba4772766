package io.sallyport.config;

import java.time.Duration;

/**
 * Resumption.
 *
 * @param tickets whether session tickets are issued and taken
 * @param timeout how long a TLS 1.2 session may be resumed
 * @param cacheSize how many TLS 1.2 sessions are kept for clients without tickets; 0 keeps none
 */
public record SessionConfig(Tickets tickets, Duration timeout, int cacheSize) {

    /** Whether tickets are used. */
    public enum Tickets {
        AUTO,
        OFF
    }

    static SessionConfig read(Section section) {
        return new SessionConfig(
                section.choice("tickets", Tickets.class),
                section.duration("timeout"),
                section.integer("cache-size", 0, 10_000_000));
    }
}
