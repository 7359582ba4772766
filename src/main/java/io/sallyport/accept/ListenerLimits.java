package io.sallyport.accept;

/**
 * What is counted for one listener, over all event loops and all reloads.
 *
 * @param connections of this listener
 * @param everybody connections of all listeners
 * @param sources connections by where they come from
 * @param handshakes between ClientHello and Finished
 */
public record ListenerLimits(
        PlaceLimiter connections, PlaceLimiter everybody, SourceLimiter sources, PlaceLimiter handshakes) {}
