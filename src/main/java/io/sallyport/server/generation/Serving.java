package io.sallyport.server.generation;

import io.sallyport.admin.AdminToken;
import io.sallyport.backend.Backend;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.server.listen.BoundListener;
import io.sallyport.server.reload.Content;
import io.sallyport.tls.context.TlsContexts;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is in service, of one load: a reader of one reference to it never mixes two generations.
 *
 * @param staged what it was loaded as
 * @param bound the sockets, by the name of their listener
 * @param listeners what new connections begin with, by the same names
 * @param backends by name
 */
public record Serving(
        Staged staged,
        Map<String, BoundListener> bound,
        Map<String, ListenerSettings> listeners,
        Map<String, Backend> backends,
        TicketRings tickets) {

    public Serving {
        bound = Collections.unmodifiableMap(new TreeMap<>(bound));
        listeners = Collections.unmodifiableMap(new TreeMap<>(listeners));
        backends = Collections.unmodifiableMap(new TreeMap<>(backends));
    }

    public Content content() {
        return staged.content();
    }

    public ProxyConfig config() {
        return staged.config();
    }

    public Expiries expiries() {
        return staged.expiries();
    }

    /** What requests to the admin listener have to show; null: nothing. */
    public @Nullable AdminToken adminToken() {
        return staged.adminToken();
    }

    /** Where each listener is bound, as the configuration says it. */
    public Map<String, NetworkAddress> addresses() {
        return bound.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().configured()));
    }

    /** The servers of each backend, as metrics name them. */
    public Map<String, Set<String>> servers() {
        Map<String, Set<String>> result = new TreeMap<>();
        backends.forEach((name, backend) -> result.put(
                name,
                backend.members().stream()
                        .map(member -> member.server().toString())
                        .collect(Collectors.toSet())));
        return result;
    }

    /** Whether a listener shows a certificate that nobody trusts, because its own is not issued yet, or an SVID is missing. */
    public boolean awaitsCertificates() {
        return staged.awaited() != null || staged.listeners().values().stream().anyMatch(StagedListener::standsIn);
    }

    /** Whether a listener refuses clients because a revocation list that its configuration names was never fetched. */
    public boolean awaitsRevocationLists() {
        return staged.listeners().values().stream().anyMatch(StagedListener::awaitsLists);
    }

    /** Whether a connection that began with these settings has something else than one that begins now. */
    public boolean hasReplaced(ListenerSettings settings) {
        @Nullable ListenerSettings now = listeners.get(settings.name());
        return now == null || !now.version().equals(settings.version());
    }

    /** Whether other ticket keys hold at {@code now}. */
    public boolean needsTickets(Instant now) {
        return tickets.areOutOfDate(now);
    }

    /** The same with the ticket keys of {@code now}, put into every context. */
    public Serving withTicketsOf(Instant now) {
        Serving next = new Serving(staged, bound, listeners, backends, tickets.of(tickets.keys(), now));
        next.useTickets();
        return next;
    }

    /** The pool of {@code next}, where that is what serves already; else null. */
    @Nullable
    Backend backend(StagedBackend next) {
        String name = next.config().name();
        return next.equals(staged.backends().get(name)) ? backends.get(name) : null;
    }

    /** The settings of {@code next}, where that is what serves already, with the same pools; else null. */
    @Nullable
    ListenerSettings settings(StagedListener next, Map<String, Backend> pools) {
        String name = next.config().name();
        boolean same = next.equals(staged.listeners().get(name))
                && next.backends().allMatch(pool -> pools.get(pool) == backends.get(pool));
        return same ? listeners.get(name) : null;
    }

    /** The names of the listeners that serve something else than {@code before}, or are new. */
    public Set<String> changedSince(Serving before) {
        Set<String> changed = new TreeSet<>(listeners.keySet());
        before.listeners.forEach((name, settings) -> {
            if (!hasReplaced(settings)) {
                changed.remove(name);
            }
        });
        return changed;
    }

    /** When ticket keys change next; {@link Instant#MAX}: never. */
    public Instant nextTickets(Instant now) {
        return tickets.nextEpoch(now);
    }

    void useTickets() {
        tickets.rings().forEach((name, ring) -> {
            @Nullable ListenerSettings listener = listeners.get(name);
            if (listener != null) {
                listener.routes().contexts().forEach(contexts -> contexts.useTicketKeys(ring));
            }
        });
    }

    /**
     * Divides memory among the contexts that keep sessions for clients without tickets.
     *
     * @param bytes for all together
     */
    public void limitSessions(long bytes) {
        List<TlsContexts> all = listeners.values().stream()
                .flatMap(listener -> listener.routes().contexts().stream())
                .toList();
        long contexts = all.stream().mapToLong(TlsContexts::size).sum();
        all.forEach(each -> each.limitSessions(bytes / contexts));
    }

    /** Gives the native memory back, once no new connection will use this generation. */
    public void release() {
        staged.release();
    }
}
