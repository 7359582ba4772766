package io.sallyport.config.hocon;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.jspecify.annotations.Nullable;

/**
 * One HOCON object, which collects problems instead of throwing at the first. Its values are read through {@link #live} or
 * {@link #fixed}. A key that nothing has read when the section is finished is unknown.
 */
public final class Section {
    private static final int NEAR = 3;

    private final ConfigObject values;
    private final ConfigObject own;
    private final String path;
    private final Path directory;
    private final Reading reading;
    private final Set<String> known = new HashSet<>();

    /**
     * A section.
     *
     * @param values the object, over its defaults
     * @param own what the person wrote of it, which is what messages point to
     */
    public Section(ConfigObject values, ConfigObject own, String path, Path directory, Reading reading) {
        this.values = values;
        this.own = own;
        this.path = path;
        this.directory = directory;
        this.reading = reading;
    }

    /**
     * What the whole reading of a file comes to, beside its values.
     *
     * @param restartKeys by path, the keys that it takes a restart to change
     */
    public record Reading(List<ConfigProblem> problems, Map<String, RestartKeys.Key> restartKeys) {
        public Reading() {
            this(new ArrayList<>(), new TreeMap<>());
        }
    }

    /** Keys that a reload changes. */
    public Keys live() {
        return new Keys(this, (section, key, value) -> {});
    }

    /** Keys that it takes a restart to change. */
    public Keys fixed() {
        return new Keys(this, Section::remember);
    }

    private void remember(String key, @Nullable Object value) {
        ConfigValue written = own.get(key);
        reading.restartKeys()
                .put(
                        join(key),
                        new RestartKeys.Key(
                                Optional.ofNullable(value),
                                kind(values.get(key)),
                                new Place(where((written == null ? own : written).origin()))));
    }

    /** All of the file that {@link #fixed} was asked for so far. */
    public RestartKeys restartKeys() {
        return new RestartKeys(reading.restartKeys());
    }

    /** The folder that relative paths are relative to. */
    public Path directory() {
        return directory;
    }

    /** {@code file:line} of this object; where all of it is default, of the nearest around it that is not. */
    public String where() {
        return where(own.origin());
    }

    /** The same for a record, of which it is no part of the value. */
    public Place place() {
        return new Place(where());
    }

    public boolean has(String key) {
        known.add(key);
        ConfigValue value = values.get(key);
        return value != null && value.valueType() != ConfigValueType.NULL;
    }

    /** Whether the person wrote the key, rather than that it comes from the defaults of the program. */
    public boolean isWritten(String key) {
        return own.get(key) != null;
    }

    /** How many there are so far, in the whole file. */
    int problems() {
        return reading.problems().size();
    }

    public void problem(String key, String detail) {
        ConfigValue value = own.get(key);
        reading.problems().add(new ConfigProblem(where((value == null ? own : value).origin()), join(key), detail));
    }

    public void problem(ConfigValue element, String key, String detail) {
        reading.problems().add(new ConfigProblem(where(element.origin()), join(key), detail));
    }

    @Nullable
    ConfigValue value(String key) {
        return values.get(key);
    }

    Section element(String key, int index, ConfigObject object) {
        return new Section(object, object, join(key) + "[" + index + "]", directory, reading);
    }

    /** How many elements of a list there are, those included that cannot be read. */
    public int size(String key) {
        if (!has(key)) {
            return 0;
        }
        return values.get(key) instanceof ConfigList list ? list.size() : 1;
    }

    /** Reads a list of objects. */
    public <T> List<T> sections(String key, Function<Section, T> reader) {
        List<T> result = new ArrayList<>();
        List<ConfigValue> elements = elements(key, "a list of { ... }");
        for (int i = 0; i < elements.size(); i++) {
            String elementPath = join(key) + "[" + i + "]";
            if (elements.get(i) instanceof ConfigObject object) {
                result.add(new Section(object, object, elementPath, directory, reading).readBy(reader));
            } else {
                ConfigValue element = elements.get(i);
                reading.problems()
                        .add(new ConfigProblem(
                                where(element.origin()), elementPath, kind(element) + " (expected: { ... })"));
            }
        }
        return result;
    }

    /** Reads an object whose keys are names; each value falls back to {@code defaults}. */
    public <T> Map<String, T> named(String key, Section defaults, BiFunction<String, Section, T> reader) {
        Map<String, T> result = new TreeMap<>();
        for (Map.Entry<String, ConfigValue> entry : object(key).entrySet()) {
            String name = entry.getKey();
            String namePath = join(key) + "." + name;
            if (entry.getValue() instanceof ConfigObject object) {
                ConfigObject written = ownObject(key).get(name) instanceof ConfigObject inner ? inner : object;
                Section section = new Section(
                        object.withFallback(defaults.values),
                        written.withFallback(defaults.own).withOrigin(written.origin()),
                        namePath,
                        directory,
                        reading);
                result.put(name, section.readBy(self -> reader.apply(name, self)));
            } else {
                reading.problems()
                        .add(new ConfigProblem(
                                where(entry.getValue().origin()),
                                namePath,
                                kind(entry.getValue()) + " (expected: { ... })"));
            }
        }
        return result;
    }

    public <T> T child(String key, Function<Section, T> reader) {
        return child(key).readBy(reader);
    }

    /**
     * A nested object over another section, of which it may replace {@code keys} alone; any other key is unknown. What it
     * replaces it replaces whole, but an object merges with the other's.
     */
    public Section overlay(String key, Section under, Set<String> keys) {
        ConfigObject over = object(key);
        for (String name : over.keySet()) {
            if (!keys.contains(name)) {
                reading.problems()
                        .add(new ConfigProblem(
                                where(over.get(name).origin()),
                                join(key) + "." + name,
                                "unknown key" + suggestion(name, keys)));
                over = over.withoutKey(name);
            }
        }
        return new Section(
                over.withFallback(under.values), ownObject(key).withFallback(under.own), join(key), directory, reading);
    }

    /** A nested object that the caller reads and does not finish. */
    public Section child(String key) {
        return new Section(object(key), ownObject(key), join(key), directory, reading);
    }

    /** Reports every key that nothing has asked for. */
    public <T> T readBy(Function<Section, T> reader) {
        T result = reader.apply(this);
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                problem(key, "unknown key" + suggestion(key, known));
            }
        }
        return result;
    }

    /** {@code  (did you mean "near"?)}, or nothing where no known word is near. */
    public static String suggestion(String word, Set<String> known) {
        LevenshteinDistance distance = new LevenshteinDistance(NEAR);
        return known.stream()
                .filter(candidate -> distance.apply(word, candidate) >= 0)
                .min((a, b) -> Integer.compare(distance.apply(word, a), distance.apply(word, b)))
                .map(near -> " (did you mean \"" + near + "\"?)")
                .orElse("");
    }

    public static String where(ConfigOrigin origin) {
        String name = origin.filename() != null ? display(Path.of(origin.filename())) : origin.description();
        return origin.lineNumber() > 0 && origin.filename() != null ? name + ":" + origin.lineNumber() : name;
    }

    /** The path as the person typed it, where it lies below the working directory. */
    private static String display(Path file) {
        Path here = Path.of("").toAbsolutePath();
        return file.startsWith(here) ? here.relativize(file).toString() : file.toString();
    }

    List<ConfigValue> elements(String key, String rule) {
        if (!has(key)) {
            return List.of();
        }
        ConfigValue value = values.get(key);
        if (value instanceof ConfigList list) {
            return list;
        }
        if (value == null || value instanceof ConfigObject) {
            problem(key, kind(value) + " (expected: " + rule + ")");
            return List.of();
        }
        return List.of(value);
    }

    private ConfigObject object(String key) {
        if (!has(key)) {
            return ConfigFactory.empty().root();
        }
        ConfigValue value = values.get(key);
        if (value instanceof ConfigObject object) {
            return object;
        }
        problem(key, kind(value) + " (expected: { ... })");
        return ConfigFactory.empty().root();
    }

    private ConfigObject ownObject(String key) {
        return own.get(key) instanceof ConfigObject object
                ? object
                : ConfigFactory.empty().root().withOrigin(own.origin());
    }

    private String join(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    static @Nullable String scalar(@Nullable ConfigValue value) {
        if (value == null) {
            return null;
        }
        return switch (value.valueType()) {
            case STRING, NUMBER, BOOLEAN -> String.valueOf(value.unwrapped());
            case LIST, OBJECT, NULL -> null;
        };
    }

    static String kind(@Nullable ConfigValue value) {
        return value == null
                ? "nothing"
                : switch (value.valueType()) {
                    case LIST -> "a list";
                    case OBJECT -> "{ ... }";
                    case NULL -> "null";
                    case STRING, NUMBER, BOOLEAN -> "\"" + value.unwrapped() + "\"";
                };
    }

    /** The word for an enum constant in a configuration: lower case with hyphens. */
    public static String spelling(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
