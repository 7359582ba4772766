package io.sallyport.server;

import io.sallyport.admin.AdminToken;
import io.sallyport.backend.Backend;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.observe.Meters.CertificateExpiry;
import io.sallyport.tls.TicketKeys;
import io.sallyport.tls.TlsContexts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one successful load produced.
 *
 * @param listeners what the connections of each listener share, by the listener's name
 * @param backends by name
 * @param revocationLists when each is due to be replaced
 * @param certificates the end dates of all certificates in use
 * @param adminToken what requests to the admin listener have to show; null: nothing
 */
record Generation(
        Map<String, ListenerSettings> listeners,
        Map<String, Backend> backends,
        List<CertificateExpiry> certificates,
        Map<String, Instant> revocationLists,
        @Nullable AdminToken adminToken) {

    Generation {
        listeners = new TreeMap<>(listeners);
        backends = new TreeMap<>(backends);
        certificates = List.copyOf(certificates);
        revocationLists = new TreeMap<>(revocationLists);
    }

    /** The servers of each backend, as metrics name them. */
    Map<String, Set<String>> servers() {
        Map<String, Set<String>> result = new TreeMap<>();
        backends.forEach((name, backend) -> result.put(
                name,
                backend.members().stream()
                        .map(member -> member.server().toString())
                        .collect(Collectors.toSet())));
        return result;
    }

    /** The epochs of the ticket keys at {@code now}; they change when keys have to. Asked for every second: no streams. */
    List<Long> ticketEpochs(Instant now) {
        List<Long> epochs = new ArrayList<>();
        for (ListenerSettings listener : listeners.values()) {
            if (listener.ticketKeys() != null) {
                epochs.add(listener.ticketKeys().epoch(now));
            }
        }
        return epochs;
    }

    /** Puts the ticket keys of {@code now} into every context. */
    void useTicketKeys(Instant now) {
        for (ListenerSettings listener : listeners.values()) {
            if (listener.ticketKeys() != null) {
                TicketKeys.Ring ring = listener.ticketKeys().at(now);
                listener.routes().contexts().forEach(contexts -> contexts.useTicketKeys(ring));
            }
        }
    }

    /** Gives the native memory back, once no new connection will use this generation. */
    void release() {
        listeners.values().forEach(listener -> listener.routes().contexts().forEach(TlsContexts::release));
        backends.values().forEach(Backend::release);
    }
}
