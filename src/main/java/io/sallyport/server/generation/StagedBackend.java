package io.sallyport.server.generation;

import io.sallyport.backend.LookupResult;
import io.sallyport.backend.NameResolver;
import io.sallyport.backend.Via;
import io.sallyport.config.BackendConfig;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.tls.context.BackendTlsContext;
import io.sallyport.tls.context.ContextPool;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A backend as it was loaded: no server knows of it yet.
 *
 * @param material a hash of all that its files and sources of keys hold
 * @param via null: its servers are reached directly
 * @param tls null: plain
 * @param names looks names up from the commit on
 * @param lookups what the names of servers mean that had no address before
 */
record StagedBackend(
        BackendConfig config,
        String material,
        @Nullable Via via,
        @Nullable BackendTlsContext tls,
        NameResolver names,
        Map<NetworkAddress, LookupResult> lookups,
        Expiries expiries) {

    /** The same, with its contexts in the pool of the next generation, too. */
    StagedBackend retainedIn(ContextPool pool) {
        if (tls != null) {
            tls.retainIn(pool);
        }
        return this;
    }
}
