package io.sallyport.server.generation;

import io.sallyport.admin.AdminToken;
import io.sallyport.backend.Backend;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.server.listen.BoundListener;
import io.sallyport.server.reload.Content;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is in service, of one load: whoever reads one reference to it never mixes two generations.
 *
 * @param bound the sockets, by the name of their listener
 * @param listeners what new connections begin with, by the same names
 * @param backends by name
 * @param adminToken what requests to the admin listener have to show; null: nothing
 */
public record Serving(
        Content content,
        Map<String, BoundListener> bound,
        Map<String, ListenerSettings> listeners,
        Map<String, Backend> backends,
        Staged.Expiries expiries,
        TicketRings tickets,
        @Nullable AdminToken adminToken,
        NativeMemory memory) {

    public Serving {
        bound = Collections.unmodifiableMap(new TreeMap<>(bound));
        listeners = Collections.unmodifiableMap(new TreeMap<>(listeners));
        backends = Collections.unmodifiableMap(new TreeMap<>(backends));
    }

    public ProxyConfig config() {
        return content.config();
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
        Serving next = new Serving(
                content, bound, listeners, backends, expiries, TicketRings.at(tickets.keys(), now), adminToken, memory);
        next.useTickets();
        return next;
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

    /** Gives the native memory back, once no new connection will use this generation. */
    public void release() {
        memory.release();
    }
}
