package io.sallyport.tls.spiffe;

import java.time.Duration;

/**
 * How a connection is tried on which nothing comes for a long time, as nothing is new.
 *
 * @param interval from one HTTP/2 PING to the next
 * @param answer the longest that its answer may take
 */
record Keepalive(Duration interval, Duration answer) {
    /**
     * A gRPC server, as an agent is, ends a connection that has PINGs more often than every five minutes (gRFC A8, "Server
     * Enforcement"; the default of grpc-go and grpc-java).
     */
    static final Keepalive USUAL = new Keepalive(Duration.ofSeconds(330), Duration.ofSeconds(20));
}
