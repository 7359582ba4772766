package io.sallyport.config;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A whole configuration. Listener and backend names are unique, and every listener's backend exists.
 *
 * @param eventLoops threads that move bytes; 0 means one for each processor
 */
public record ProxyConfig(
        Map<String, ListenerConfig> listeners,
        Map<String, BackendConfig> backends,
        int eventLoops,
        AdminConfig admin,
        LogConfig log,
        AccessLogConfig accessLog,
        DrainConfig drain) {

    public ProxyConfig {
        listeners = Collections.unmodifiableMap(new TreeMap<>(listeners));
        backends = Collections.unmodifiableMap(new TreeMap<>(backends));
    }

    static ProxyConfig read(Section section) {
        Defaults defaults = section.child("defaults", Defaults::read);
        Map<String, BackendConfig> backends = section.named("backends", defaults.backend(), BackendConfig::read);
        Map<String, ListenerConfig> listeners = section.named(
                "listeners", defaults.listener(), (name, listener) -> readListener(name, listener, backends));
        if (listeners.isEmpty()) {
            section.problem("listeners", "none (expected: at least one)");
        }
        return new ProxyConfig(
                listeners,
                backends,
                section.integer("event-loops", 0, 1024),
                section.child("admin", AdminConfig::read),
                section.child("log", LogConfig::read),
                section.child("access-log", AccessLogConfig::read),
                section.child("drain", DrainConfig::read));
    }

    private static ListenerConfig readListener(String name, Section section, Map<String, BackendConfig> backends) {
        ListenerConfig listener = ListenerConfig.read(name, section);
        if (!listener.backend().isEmpty() && !backends.containsKey(listener.backend())) {
            section.problem(
                    "backend",
                    "\"" + listener.backend() + "\" (expected: one of the backends " + backends.keySet() + ")");
        }
        return listener;
    }

    private record Defaults(Section listener, Section backend) {
        static Defaults read(Section section) {
            return new Defaults(section.child("listener"), section.child("backend"));
        }
    }
}
