package io.sallyport.backend;

import io.sallyport.backend.BackendServer.Endpoint;

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
}
