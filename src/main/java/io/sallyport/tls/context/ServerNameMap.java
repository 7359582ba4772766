package io.sallyport.tls.context;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to a server name: the exact name first, then a wildcard for its first label (RFC 6125 section 6.4.3).
 *
 * <p>Immutable; a lookup costs two hash lookups, however many names there are.
 */
public final class ServerNameMap<T> {
    private final Map<String, T> exact;
    private final Map<String, T> wildcards;

    private ServerNameMap(Map<String, T> exact, Map<String, T> wildcards) {
        this.exact = Map.copyOf(exact);
        this.wildcards = Map.copyOf(wildcards);
    }

    /** From names, lower case without a trailing dot, and {@code *.rest} for one label in front of the rest. */
    public static <T> ServerNameMap<T> of(Map<String, T> byName) {
        Map<String, T> exact = new HashMap<>();
        Map<String, T> wildcards = new HashMap<>();
        byName.forEach((name, value) -> {
            if (name.startsWith("*.")) {
                wildcards.put(name.substring(1), value);
            } else {
                exact.put(name, value);
            }
        });
        return new ServerNameMap<>(exact, wildcards);
    }

    /**
     * Looks a name up.
     *
     * @param name lower case, without a trailing dot
     */
    public @Nullable T lookup(String name) {
        T value = exact.get(name);
        if (value != null || wildcards.isEmpty()) {
            return value;
        }
        int dot = name.indexOf('.');
        return dot > 0 ? wildcards.get(name.substring(dot)) : null;
    }
}
