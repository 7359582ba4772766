package io.sallyport.server.generation;

import io.sallyport.config.ListenerConfig;
import io.sallyport.connection.ListenerVersion;
import io.sallyport.sources.Sources;
import io.sallyport.tls.context.ContextPool;
import io.sallyport.tls.context.TicketKeys;
import io.sallyport.tls.context.TlsContexts;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A listener as it was loaded: it names its backends, and nothing serves it yet.
 *
 * @param sources whose connections are taken
 * @param fallback where connections go that no route takes; null: they are refused
 * @param ticketKeys null: no tickets
 * @param standsIn whether one of its routes has no certificate yet, and shows one that nobody trusts
 * @param awaitsLists whether a revocation list that its configuration names was never fetched
 */
record StagedListener(
        ListenerConfig config,
        Sources sources,
        List<Route> routes,
        @Nullable Route fallback,
        @Nullable TicketKeys ticketKeys,
        Expiries expiries,
        boolean standsIn,
        boolean awaitsLists,
        ListenerVersion version) {

    /**
     * A route, as {@link io.sallyport.connection.RouteTable.Route} has it.
     *
     * @param backend its name
     * @param tls null: TLS does not end here
     */
    record Route(
            List<String> serverNames,
            List<String> alpn,
            Sources sources,
            String backend,
            @Nullable TlsContexts tls,
            List<String> serves) {}

    /** The same, with its contexts in the pool of the next generation, too. */
    StagedListener retainedIn(ContextPool pool) {
        contexts().forEach(each -> each.retainIn(pool));
        return this;
    }

    /** The names of the backends that its connections may go to. */
    Stream<String> backends() {
        return Stream.concat(routes.stream(), Stream.ofNullable(fallback)).map(Route::backend);
    }

    /** Those of all routes, each once. */
    List<TlsContexts> contexts() {
        return Stream.concat(routes.stream(), Stream.ofNullable(fallback))
                .flatMap(route -> Stream.ofNullable(route.tls()))
                .distinct()
                .toList();
    }
}
