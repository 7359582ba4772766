package io.sallyport.config.hocon;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * One HOCON object, which collects problems instead of throwing at the first. Its values are read through {@link #live} or
 * {@link #fixed}. A key that nothing has read when the section is finished is unknown.
 */
public final class Section {
    private final HoconObject object;

    /**
     * The outermost section of a file.
     *
     * @param values the object, over its defaults
     * @param own what the person wrote of it, which is what messages point to
     * @param directory that relative paths are relative to
     */
    public Section(ConfigObject values, ConfigObject own, Path directory, Reading reading) {
        this(new HoconObject(values, own, "", directory, reading));
    }

    private Section(HoconObject object) {
        this.object = object;
    }

    /** Keys that a reload changes. */
    public Keys live() {
        return new Keys(object, (key, value) -> {});
    }

    /** Keys that it takes a restart to change. */
    public Keys fixed() {
        return new Keys(object, object::remember);
    }

    /** All of the file that {@link #fixed} was asked for so far. */
    public RestartKeys restartKeys() {
        return new RestartKeys(object.reading().restartKeys());
    }

    /** The folder that relative paths are relative to. */
    public Path directory() {
        return object.directory();
    }

    /** {@code file:line} of this object; where all of it is default, of the nearest around it that is not. */
    public String where() {
        return HoconText.where(object.own().origin());
    }

    /** The same for a record, of which it is no part of the value. */
    public Place place() {
        return new Place(where());
    }

    public boolean has(String key) {
        return object.has(key);
    }

    /** Whether the person wrote the key, rather than that it comes from the defaults of the program. */
    public boolean isWritten(String key) {
        return object.own().get(key) != null;
    }

    public void problem(String key, String detail) {
        object.problem(key, detail);
    }

    /** How many elements of a list there are, those included that cannot be read. */
    public int size(String key) {
        return object.size(key);
    }

    /** Reads a list of objects. */
    public <T> List<T> sections(String key, Function<Section, T> reader) {
        List<T> result = new ArrayList<>();
        List<ConfigValue> elements = object.elements(key, "a list of { ... }");
        for (int i = 0; i < elements.size(); i++) {
            ConfigValue element = elements.get(i);
            if (element instanceof ConfigObject each) {
                result.add(element(key, i, each).readBy(reader));
            } else {
                object.problemAt(
                        element.origin(), elementPath(key, i), HoconText.kind(element) + " (expected: { ... })");
            }
        }
        return result;
    }

    /**
     * Reads a list of which each element is a scalar or an object; a single scalar counts as a list of one. A reload changes it.
     */
    public <T> List<T> liveEntries(String key, String rule, Function<String, T> parser, Function<Section, T> reader) {
        List<T> result = new ArrayList<>();
        List<ConfigValue> elements = object.elements(key, "a list, each " + rule + " or { ... }");
        for (int i = 0; i < elements.size(); i++) {
            ConfigValue element = elements.get(i);
            if (element instanceof ConfigObject each) {
                result.add(element(key, i, each).readBy(reader));
            } else {
                live().element(key, rule, element, parser).ifPresent(result::add);
            }
        }
        return result;
    }

    private Section element(String key, int index, ConfigObject element) {
        return new Section(object.other(element, element, elementPath(key, index)));
    }

    private String elementPath(String key, int index) {
        return object.join(key) + "[" + index + "]";
    }

    /** Reads an object whose keys are names; each value falls back to {@code defaults}. */
    public <T> Map<String, T> named(String key, Section defaults, BiFunction<String, Section, T> reader) {
        Map<String, T> result = new TreeMap<>();
        for (Map.Entry<String, ConfigValue> entry : object.object(key).entrySet()) {
            String name = entry.getKey();
            String namePath = object.join(key) + "." + name;
            if (entry.getValue() instanceof ConfigObject each) {
                ConfigObject written = object.ownObject(key).get(name) instanceof ConfigObject inner ? inner : each;
                Section section = new Section(object.other(
                        each.withFallback(defaults.object.values()),
                        written.withFallback(defaults.object.own()).withOrigin(written.origin()),
                        namePath));
                result.put(name, section.readBy(self -> reader.apply(name, self)));
            } else {
                object.problemAt(
                        entry.getValue().origin(), namePath, HoconText.kind(entry.getValue()) + " (expected: { ... })");
            }
        }
        return result;
    }

    public <T> T child(String key, Function<Section, T> reader) {
        return child(key).readBy(reader);
    }

    /** A nested object that the caller reads and does not finish. */
    public Section child(String key) {
        return new Section(object.other(object.object(key), object.ownObject(key), object.join(key)));
    }

    /**
     * A nested object over another section, of which it may replace {@code keys} alone; any other key is unknown. What it
     * replaces it replaces whole, but an object merges with the other's.
     */
    public Section overlay(String key, Section under, Set<String> keys) {
        ConfigObject over = object.object(key);
        for (String name : over.keySet()) {
            if (!keys.contains(name)) {
                object.problemAt(
                        over.get(name).origin(),
                        object.join(key) + "." + name,
                        "unknown key" + HoconText.suggestion(name, keys));
                over = over.withoutKey(name);
            }
        }
        return new Section(object.other(
                over.withFallback(under.object.values()),
                object.ownObject(key).withFallback(under.object.own()),
                object.join(key)));
    }

    /** Reports every key that nothing has asked for. */
    public <T> T readBy(Function<Section, T> reader) {
        T result = reader.apply(this);
        for (String key : object.values().keySet()) {
            if (!object.known().contains(key)) {
                problem(key, "unknown key" + HoconText.suggestion(key, object.known()));
            }
        }
        return result;
    }
}
