package io.sallyport.server.reload;

import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.value.NetworkAddress;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What becomes of the listeners, by name.
 *
 * @param open to be bound; one that is bound to another address is in {@code close} as well
 * @param keep bound already to where they should be
 * @param close to be closed
 */
public record ReloadPlan(Set<String> open, Set<String> keep, Set<String> close) {

    /**
     * Compares what is bound with what should be.
     *
     * @param bound where each listener is now
     */
    public static ReloadPlan of(Map<String, NetworkAddress> bound, ProxyConfig wanted) {
        Set<String> open = new TreeSet<>();
        Set<String> keep = new TreeSet<>();
        for (ListenerConfig listener : wanted.listeners().values()) {
            boolean there = listener.bind().equals(bound.get(listener.name()));
            (there ? keep : open).add(listener.name());
        }
        Set<String> close = new TreeSet<>(bound.keySet());
        close.removeAll(keep);
        return new ReloadPlan(open, keep, close);
    }
}
