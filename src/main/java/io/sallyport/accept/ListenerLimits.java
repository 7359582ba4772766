package io.sallyport.accept;

/**
 * What is counted for one listener, over all event loops and all reloads.
 *
 * @param connections of this listener
 * @param processConnections connections of all listeners together
 * @param sources connections by where they come from
 * @param handshakes between ClientHello and Finished
 */
public record ListenerLimits(
        PermitLimiter connections, PermitLimiter processConnections, SourceLimiter sources, PermitLimiter handshakes) {}
