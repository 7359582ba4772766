package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import java.time.Duration;

/**
 * What one listener takes on. 0 means no limit.
 *
 * @param connections connections at once, handshake included
 * @param whenFull what happens to the connection after the last
 * @param connectionsPerSource the same from one IPv4 address or one IPv6 network of 64 bits
 * @param handshakesInFlight connections at once between ClientHello and Finished
 * @param handshakeRatePerSource new connections a second from one source
 */
public record LimitsConfig(
        int connections,
        WhenFull whenFull,
        int connectionsPerSource,
        int handshakesInFlight,
        Queue handshakeQueue,
        int handshakeRatePerSource) {

    /** As reference.conf has it. */
    public static final int DEFAULT_CONNECTIONS = 10_000;

    /** What happens to a client for whom there is no place. */
    public enum WhenFull {
        /** Accepting pauses; the client waits in the kernel's queue. */
        WAIT,
        /** The connection is reset before any TLS work. */
        REJECT
    }

    /**
     * Who waits for a handshake.
     *
     * @param length how many
     * @param deadline for how long
     */
    public record Queue(int length, Duration deadline) {
        static Queue read(Section section) {
            return new Queue(
                    section.live().integer("length", 0, Integer.MAX_VALUE),
                    section.live().duration("deadline"));
        }
    }

    static LimitsConfig read(Section section) {
        return new LimitsConfig(
                section.live().integer("connections", 0, Integer.MAX_VALUE),
                section.live().choice("when-full", WhenFull.class),
                section.live().integer("connections-per-source", 0, Integer.MAX_VALUE),
                section.live().integer("handshakes-in-flight", 0, Integer.MAX_VALUE),
                section.child("handshake-queue", Queue::read),
                section.live().integer("handshake-rate-per-source", 0, 1_000_000));
    }
}
