package io.sallyport.backend;

import io.sallyport.config.BackendConfig.Balance;

/** Picks an endpoint for a new connection. Safe for use by any thread. */
interface ServerSelector {

    /**
     * Picks one.
     *
     * @param candidates at least one
     * @param source hash of the client's address
     */
    Endpoint select(Candidates candidates, long source);

    /** The same for a connection that could not reach the one it was given, of the rest. */
    default Endpoint selectOther(Candidates rest, long source) {
        return select(rest, source);
    }

    static ServerSelector of(Balance balance) {
        return switch (balance) {
            case ROUND_ROBIN -> new RoundRobin();
            case LEAST_CONNECTIONS -> new LeastConnections();
            case RANDOM_TWO -> new RandomTwo();
            case SOURCE_HASH -> new RendezvousHash();
        };
    }
}
