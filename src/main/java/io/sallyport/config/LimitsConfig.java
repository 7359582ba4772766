package io.sallyport.config;

/**
 * What one listener takes on.
 *
 * @param connections connections at once, handshake included; 0 means no limit
 * @param whenFull what happens to the connection after the last
 */
public record LimitsConfig(int connections, WhenFull whenFull) {

    /** What happens to a client for whom there is no place. */
    public enum WhenFull {
        /** Accepting pauses; the client waits in the kernel's queue. */
        WAIT,
        /** The connection is reset before any TLS work. */
        REJECT
    }

    static LimitsConfig read(Section section) {
        return new LimitsConfig(
                section.integer("connections", 0, Integer.MAX_VALUE), section.choice("when-full", WhenFull.class));
    }
}
