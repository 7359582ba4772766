package io.sallyport.tls.context;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to a server name: the exact name first, then a wildcard for its first label (RFC 6125 section 6.4.3), then one
 * for any number of its first labels, the fewest first.
 *
 * <p>Immutable; a lookup costs two hash lookups, and with wildcards for any number one more for each label, however many names
 * there are.
 */
public final class ServerNameMap<T> {
    private static final String ONE_LABEL = "*";
    private static final String ANY_LABELS = "**";

    private final Map<String, T> exact;
    private final Map<String, T> wildcards;
    private final Map<String, T> below;

    private ServerNameMap(Map<String, T> exact, Map<String, T> wildcards, Map<String, T> below) {
        this.exact = Map.copyOf(exact);
        this.wildcards = Map.copyOf(wildcards);
        this.below = Map.copyOf(below);
    }

    /** From names, lower case without a trailing dot, and {@code *.rest} for one label in front of the rest. */
    public static <T> ServerNameMap<T> of(Map<String, T> byName) {
        Map<String, T> exact = new HashMap<>(byName);
        return new ServerNameMap<>(exact, takeOut(exact, ONE_LABEL), Map.of());
    }

    /** The same, and {@code **.rest} for one label or more, which no certificate may be for. */
    public static <T> ServerNameMap<T> ofRoutes(Map<String, T> byName) {
        Map<String, T> exact = new HashMap<>(byName);
        return new ServerNameMap<>(exact, takeOut(exact, ONE_LABEL), takeOut(exact, ANY_LABELS));
    }

    /** Moves the names that begin so into a map by what is behind it, with its dot. */
    private static <T> Map<String, T> takeOut(Map<String, T> byName, String wildcard) {
        Map<String, T> result = new HashMap<>();
        byName.forEach((name, value) -> {
            if (name.startsWith(wildcard + ".")) {
                result.put(name.substring(wildcard.length()), value);
            }
        });
        result.keySet().forEach(rest -> byName.remove(wildcard + rest));
        return result;
    }

    /**
     * Looks a name up.
     *
     * @param name lower case, without a trailing dot
     */
    public @Nullable T lookup(String name) {
        T value = exact.get(name);
        if (value != null || (wildcards.isEmpty() && below.isEmpty())) {
            return value;
        }
        int dot = name.indexOf('.');
        value = dot > 0 ? wildcards.get(name.substring(dot)) : null;
        if (value != null || below.isEmpty()) {
            return value;
        }
        while (value == null && dot > 0) {
            value = below.get(name.substring(dot));
            dot = name.indexOf('.', dot + 1);
        }
        return value;
    }
}
