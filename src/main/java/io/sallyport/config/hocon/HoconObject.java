package io.sallyport.config.hocon;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One object of a file: its raw values, which of them were asked for, and the problems that they have. */
final class HoconObject {
    private final ConfigObject values;
    private final ConfigObject own;
    private final String path;
    private final Path directory;
    private final Reading reading;
    private final Set<String> known = new HashSet<>();

    /**
     * An object.
     *
     * @param values the object, over its defaults
     * @param own what the person wrote of it, which is what messages point to
     */
    HoconObject(ConfigObject values, ConfigObject own, String path, Path directory, Reading reading) {
        this.values = values;
        this.own = own;
        this.path = path;
        this.directory = directory;
        this.reading = reading;
    }

    /** Another object of the same file. */
    HoconObject other(ConfigObject otherValues, ConfigObject otherOwn, String otherPath) {
        return new HoconObject(otherValues, otherOwn, otherPath, directory, reading);
    }

    ConfigObject values() {
        return values;
    }

    ConfigObject own() {
        return own;
    }

    Path directory() {
        return directory;
    }

    Reading reading() {
        return reading;
    }

    /** The keys that were asked for so far. */
    Set<String> known() {
        return Collections.unmodifiableSet(known);
    }

    boolean has(String key) {
        known.add(key);
        ConfigValue value = values.get(key);
        return value != null && value.valueType() != ConfigValueType.NULL;
    }

    @Nullable
    ConfigValue value(String key) {
        return values.get(key);
    }

    /** How many elements of a list there are, those included that cannot be read. */
    int size(String key) {
        if (!has(key)) {
            return 0;
        }
        return values.get(key) instanceof ConfigList list ? list.size() : 1;
    }

    /** Those of a list; a single scalar counts as a list of one. */
    List<ConfigValue> elements(String key, String rule) {
        if (!has(key)) {
            return List.of();
        }
        ConfigValue value = values.get(key);
        if (value instanceof ConfigList list) {
            return list;
        }
        if (value == null || value instanceof ConfigObject) {
            problem(key, HoconText.kind(value) + " (expected: " + rule + ")");
            return List.of();
        }
        return List.of(value);
    }

    /** The object under a key; an empty one where there is none. */
    ConfigObject object(String key) {
        if (!has(key)) {
            return ConfigFactory.empty().root();
        }
        ConfigValue value = values.get(key);
        if (value instanceof ConfigObject object) {
            return object;
        }
        problem(key, HoconText.kind(value) + " (expected: { ... })");
        return ConfigFactory.empty().root();
    }

    /** What the person wrote of the object under a key. */
    ConfigObject ownObject(String key) {
        return own.get(key) instanceof ConfigObject object
                ? object
                : ConfigFactory.empty().root().withOrigin(own.origin());
    }

    String join(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** How many there are so far, in the whole file. */
    int problems() {
        return reading.problems().size();
    }

    void problem(String key, String detail) {
        problemAt(origin(key), join(key), detail);
    }

    void problemAt(ConfigOrigin origin, String fullPath, String detail) {
        reading.problems().add(new ConfigProblem(HoconText.where(origin), fullPath, detail));
    }

    /** Keeps a value that it takes a restart to change. */
    void remember(String key, @Nullable Object value) {
        reading.restartKeys()
                .put(
                        join(key),
                        new RestartKeys.Key(
                                Optional.ofNullable(value),
                                HoconText.kind(values.get(key)),
                                new Place(HoconText.where(origin(key)))));
    }

    private ConfigOrigin origin(String key) {
        ConfigValue written = own.get(key);
        return (written == null ? own : written).origin();
    }
}
