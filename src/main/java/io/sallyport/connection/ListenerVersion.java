package io.sallyport.connection;

import io.sallyport.config.BackendConfig;
import io.sallyport.config.ListenerConfig;
import java.util.List;

/**
 * What a listener was loaded from, by value: two that are equal treat their connections alike.
 *
 * @param backends those that its connections may go to
 * @param material a hash of the content of all files that these name
 */
public record ListenerVersion(ListenerConfig listener, List<BackendConfig> backends, String material) {
    public ListenerVersion {
        backends = List.copyOf(backends);
    }
}
