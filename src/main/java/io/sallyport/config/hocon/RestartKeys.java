package io.sallyport.config.hocon;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The keys of a configuration that it takes a restart to change, by path. Which they are is said where each is read. */
public record RestartKeys(Map<String, Key> keys) {
    private static final String RULE = " (expected: as at start; restart to change it)";

    public RestartKeys {
        keys = Collections.unmodifiableMap(new TreeMap<>(keys));
    }

    /**
     * The value of a key.
     *
     * @param written as messages show it
     */
    public record Key(Optional<Object> value, String written, Place place) {}

    /** A problem for each key that has another value here than in what serves. */
    public List<ConfigProblem> changesFrom(RestartKeys serving) {
        return keys.entrySet().stream()
                .filter(entry -> !isSame(entry.getValue(), serving.keys.get(entry.getKey())))
                .map(entry -> new ConfigProblem(
                        entry.getValue().place().text(),
                        entry.getKey(),
                        entry.getValue().written() + RULE))
                .toList();
    }

    /** By value: what is written in another way is no change. */
    private static boolean isSame(Key key, @Nullable Key serving) {
        return serving != null && key.value().equals(serving.value());
    }
}
