package io.sallyport.backend;

import io.sallyport.config.value.ServerState;

/**
 * A server with its part in one backend of one generation.
 *
 * @param weight of each of its addresses; 0: they get no new connections
 * @param backup whether it is used only when no other can be
 */
public record PoolMember(BackendServer server, int weight, boolean backup) {

    /** Whether it gets new connections, as far as its operator says. */
    boolean isInService() {
        return weight > 0 && server.state() == ServerState.READY;
    }
}
