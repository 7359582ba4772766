package io.sallyport.server.generation;

import io.sallyport.connection.ListenerSettings;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The one reference to what is in service. Written by the control thread, read by any. */
public final class Published {
    private final ConcurrentMap<String, ListenerSettings> closed = new ConcurrentHashMap<>();
    private volatile @Nullable Serving serving;

    /**
     * What is in service.
     *
     * @throws IllegalStateException before the first is
     */
    public Serving get() {
        Serving now = serving;
        if (now == null) {
            throw new IllegalStateException("nothing is in service yet");
        }
        return now;
    }

    /** Null before the first is in service. */
    public @Nullable Serving orNull() {
        return serving;
    }

    /** Puts another into service; everything reads it from now on. */
    public void set(Serving next) {
        Serving before = serving;
        if (before != null) {
            before.listeners().forEach((name, settings) -> {
                if (!next.listeners().containsKey(name)) {
                    closed.put(name, settings.closed());
                }
            });
        }
        serving = next;
    }

    /** The settings of a new connection; those of a listener that a reload has closed meanwhile refuse it. */
    public ListenerSettings listener(String name) {
        ListenerSettings settings = get().listeners().get(name);
        if (settings == null) {
            settings = closed.get(name);
        }
        if (settings == null) {
            throw new IllegalStateException("no listener " + name);
        }
        return settings;
    }
}
