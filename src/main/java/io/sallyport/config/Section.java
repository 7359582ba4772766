package io.sallyport.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException.BadValue;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.jspecify.annotations.Nullable;

/**
 * Typed reads of one HOCON object that collect problems instead of throwing at the first.
 *
 * <p>After a problem a read returns a harmless stand-in, so that the rest of the file is looked at too; the records
 * made of stand-ins are thrown away with the load. A key that nothing has read when the section is finished is unknown.
 */
final class Section {
    private static final int NEAR = 3;

    /** Milliseconds have to fit into 31 bits. */
    private static final Duration LONGEST = Duration.ofDays(24);

    /** Less would be 0 to the timers that count milliseconds, and 0 means off. */
    static final Duration SHORTEST = Duration.ofMillis(1);

    private final ConfigObject values;
    private final ConfigObject own;
    private final String path;
    private final Path directory;
    private final List<ConfigProblem> problems;
    private final Set<String> known = new HashSet<>();

    /**
     * A section.
     *
     * @param values the object, over its defaults
     * @param own what the person wrote of it, which is what messages point to
     */
    Section(ConfigObject values, ConfigObject own, String path, Path directory, List<ConfigProblem> problems) {
        this.values = values;
        this.own = own;
        this.path = path;
        this.directory = directory;
        this.problems = problems;
    }

    /** The folder that relative paths are relative to. */
    Path directory() {
        return directory;
    }

    /** {@code file:line} of this object; where all of it is default, of the nearest around it that is not. */
    String where() {
        return where(own.origin());
    }

    boolean has(String key) {
        known.add(key);
        ConfigValue value = values.get(key);
        return value != null && value.valueType() != ConfigValueType.NULL;
    }

    /** Whether the person wrote the key, rather than that it comes from the defaults of the program. */
    boolean isWritten(String key) {
        return own.get(key) != null;
    }

    void problem(String key, String detail) {
        ConfigValue value = own.get(key);
        problems.add(new ConfigProblem(where((value == null ? own : value).origin()), join(key), detail));
    }

    String string(String key) {
        return parsed(key, "text", Function.identity(), "");
    }

    @Nullable
    String optionalString(String key) {
        return optionalParsed(key, "text", Function.identity());
    }

    Path file(String key) {
        return parsed(key, "a file", this::resolve, directory);
    }

    @Nullable
    Path optionalFile(String key) {
        return optionalParsed(key, "a file", this::resolve);
    }

    int integer(String key, int min, int max) {
        String rule = max == Integer.MAX_VALUE ? "a whole number, " + min + " or more" : min + ".." + max;
        return parsed(
                key,
                rule,
                text -> {
                    int number = Integer.parseInt(text);
                    if (number < min || number > max) {
                        throw new IllegalArgumentException(rule);
                    }
                    return number;
                },
                min);
    }

    /** Reads {@code auto}, which stands for the given number, or a whole number. */
    int integerOrAuto(String key, int auto) {
        String rule = "auto, or a whole number, 0 or more";
        return parsed(
                key,
                rule,
                text -> {
                    int number = text.equals("auto") ? auto : Integer.parseInt(text);
                    if (number < 0 && !text.equals("auto")) {
                        throw new IllegalArgumentException(rule);
                    }
                    return number;
                },
                auto);
    }

    boolean bool(String key) {
        return parsed(
                key,
                "on or off",
                text -> switch (text) {
                    case "on", "true", "yes" -> true;
                    case "off", "false", "no" -> false;
                    default -> throw new IllegalArgumentException(text);
                },
                false);
    }

    /** A duration with its unit, never negative, and no longer than any timer holds. */
    Duration duration(String key) {
        return duration(key, SHORTEST);
    }

    /** The same where a very short one does harm; 0s stays 0s. */
    Duration duration(String key, Duration shortest) {
        String rule = "a duration with its unit, as 500ms, 10s, 1h, at most " + LONGEST.toDays() + "d; 0s means off";
        Duration duration = parsed(key, rule, Section::parseDuration, Duration.ZERO);
        if (!duration.isZero() && duration.compareTo(shortest) < 0) {
            problem(key, "\"" + scalar(values.get(key)) + "\" (expected: at least " + spelling(shortest) + ")");
        }
        return duration;
    }

    /**
     * The same where nothing works without it.
     *
     * @param rule what is expected instead of 0s
     */
    Duration positiveDuration(String key, Duration shortest, String rule) {
        int before = problems.size();
        Duration duration = duration(key, shortest);
        if (duration.isZero() && problems.size() == before) {
            problem(key, "0s (expected: " + rule + ")");
        }
        return duration;
    }

    /** A share, with its sign: {@code 10%}. */
    int percent(String key) {
        String rule = "0%..100%";
        return parsed(
                key,
                rule,
                text -> {
                    int percent = text.endsWith("%") ? Integer.parseInt(text.substring(0, text.length() - 1)) : -1;
                    if (percent < 0 || percent > 100) {
                        throw new IllegalArgumentException(rule);
                    }
                    return percent;
                },
                0);
    }

    <E extends Enum<E>> E choice(String key, Class<E> type) {
        E[] constants = type.getEnumConstants();
        String rule = Stream.of(constants).map(Section::spelling).collect(Collectors.joining(" | "));
        return parsed(
                key,
                rule,
                text -> Stream.of(constants)
                        .filter(constant -> spelling(constant).equals(text))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(text)),
                constants[0]);
    }

    /** Reads a scalar; {@code parser} refuses by IllegalArgumentException. */
    <T> T parsed(String key, String rule, Function<String, T> parser, T standIn) {
        if (!has(key)) {
            problem(key, "missing (expected: " + rule + ")");
            return standIn;
        }
        @Nullable T value = optionalParsed(key, rule, parser);
        return value == null ? standIn : value;
    }

    /** Reads a scalar; null when it is absent, null or the empty text. */
    <T> @Nullable T optionalParsed(String key, String rule, Function<String, T> parser) {
        if (!has(key)) {
            return null;
        }
        ConfigValue value = values.get(key);
        String text = scalar(value);
        if (text == null) {
            problem(key, kind(value) + " (expected: " + rule + ")");
            return null;
        }
        if (text.isEmpty()) {
            return null;
        }
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            problem(key, "\"" + text + "\" (expected: " + rule(e, rule) + ")");
            return null;
        }
    }

    private static String rule(IllegalArgumentException refusal, String rule) {
        return refusal instanceof InvalidPathException ? LocaleEncoding.rule() : rule;
    }

    /** Reads a list of scalars; a single scalar counts as a list of one. */
    <T> List<T> parsedList(String key, String rule, Function<String, T> parser) {
        List<T> result = new ArrayList<>();
        for (ConfigValue element : elements(key, "a list, each " + rule)) {
            parse(key, rule, element, parser, result);
        }
        return result;
    }

    private <T> void parse(String key, String rule, ConfigValue element, Function<String, T> parser, List<T> into) {
        String text = scalar(element);
        try {
            if (text == null) {
                throw new IllegalArgumentException(rule);
            }
            into.add(parser.apply(text));
        } catch (IllegalArgumentException e) {
            String found = text == null ? kind(element) : "\"" + text + "\"";
            problems.add(new ConfigProblem(
                    where(element.origin()), join(key), found + " (expected: " + rule(e, rule) + ")"));
        }
    }

    /** Reads a list of which each element is a scalar or an object; a single scalar counts as a list of one. */
    <T> List<T> entries(String key, String rule, Function<String, T> parser, Function<Section, T> reader) {
        List<T> result = new ArrayList<>();
        List<ConfigValue> elements = elements(key, "a list, each " + rule + " or { ... }");
        for (int i = 0; i < elements.size(); i++) {
            ConfigValue element = elements.get(i);
            if (element instanceof ConfigObject object) {
                result.add(new Section(object, object, join(key) + "[" + i + "]", directory, problems).readBy(reader));
            } else {
                parse(key, rule, element, parser, result);
            }
        }
        return result;
    }

    /** How many elements of a list there are, those included that cannot be read. */
    int size(String key) {
        if (!has(key)) {
            return 0;
        }
        return values.get(key) instanceof ConfigList list ? list.size() : 1;
    }

    /** Reads a list of objects. */
    <T> List<T> sections(String key, Function<Section, T> reader) {
        List<T> result = new ArrayList<>();
        List<ConfigValue> elements = elements(key, "a list of { ... }");
        for (int i = 0; i < elements.size(); i++) {
            String elementPath = join(key) + "[" + i + "]";
            if (elements.get(i) instanceof ConfigObject object) {
                result.add(new Section(object, object, elementPath, directory, problems).readBy(reader));
            } else {
                ConfigValue element = elements.get(i);
                problems.add(new ConfigProblem(
                        where(element.origin()), elementPath, kind(element) + " (expected: { ... })"));
            }
        }
        return result;
    }

    /** Reads an object whose keys are names; each value falls back to {@code defaults}. */
    <T> Map<String, T> named(String key, Section defaults, BiFunction<String, Section, T> reader) {
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
                        problems);
                result.put(name, section.readBy(self -> reader.apply(name, self)));
            } else {
                problems.add(new ConfigProblem(
                        where(entry.getValue().origin()), namePath, kind(entry.getValue()) + " (expected: { ... })"));
            }
        }
        return result;
    }

    <T> T child(String key, Function<Section, T> reader) {
        return child(key).readBy(reader);
    }

    /**
     * A nested object over another section, of which it may replace {@code keys} alone; any other key is unknown. What it
     * replaces it replaces whole, but an object merges with the other's.
     */
    Section overlay(String key, Section under, Set<String> keys) {
        ConfigObject over = object(key);
        for (String name : over.keySet()) {
            if (!keys.contains(name)) {
                problems.add(new ConfigProblem(
                        where(over.get(name).origin()),
                        join(key) + "." + name,
                        "unknown key" + suggestion(name, keys)));
                over = over.withoutKey(name);
            }
        }
        return new Section(
                over.withFallback(under.values),
                ownObject(key).withFallback(under.own),
                join(key),
                directory,
                problems);
    }

    /** A nested object that the caller reads and does not finish. */
    Section child(String key) {
        return new Section(object(key), ownObject(key), join(key), directory, problems);
    }

    /** Reports every key that nothing has asked for. */
    <T> T readBy(Function<Section, T> reader) {
        T result = reader.apply(this);
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                problem(key, "unknown key" + suggestion(key, known));
            }
        }
        return result;
    }

    /** {@code  (did you mean "near"?)}, or nothing where no known word is near. */
    static String suggestion(String word, Set<String> known) {
        LevenshteinDistance distance = new LevenshteinDistance(NEAR);
        return known.stream()
                .filter(candidate -> distance.apply(word, candidate) >= 0)
                .min((a, b) -> Integer.compare(distance.apply(word, a), distance.apply(word, b)))
                .map(near -> " (did you mean \"" + near + "\"?)")
                .orElse("");
    }

    static String where(ConfigOrigin origin) {
        String name = origin.filename() != null ? display(Path.of(origin.filename())) : origin.description();
        return origin.lineNumber() > 0 && origin.filename() != null ? name + ":" + origin.lineNumber() : name;
    }

    /** The path as the person typed it, where it lies below the working directory. */
    private static String display(Path file) {
        Path here = Path.of("").toAbsolutePath();
        return file.startsWith(here) ? here.relativize(file).toString() : file.toString();
    }

    private List<ConfigValue> elements(String key, String rule) {
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

    private Path resolve(String text) {
        return directory.resolve(text);
    }

    private String join(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static @Nullable String scalar(@Nullable ConfigValue value) {
        if (value == null) {
            return null;
        }
        return switch (value.valueType()) {
            case STRING, NUMBER, BOOLEAN -> String.valueOf(value.unwrapped());
            case LIST, OBJECT, NULL -> null;
        };
    }

    private static String kind(@Nullable ConfigValue value) {
        return value == null
                ? "nothing"
                : switch (value.valueType()) {
                    case LIST -> "a list";
                    case OBJECT -> "{ ... }";
                    case NULL -> "null";
                    case STRING, NUMBER, BOOLEAN -> "\"" + value.unwrapped() + "\"";
                };
    }

    private static Duration parseDuration(String text) {
        // The library takes milliseconds where there is no unit.
        if (!Character.isLetter(text.charAt(text.length() - 1))) {
            throw new IllegalArgumentException("a duration needs its unit");
        }
        Config holder = ConfigFactory.parseMap(Map.of("duration", text));
        try {
            Duration duration = holder.getDuration("duration");
            if (duration.isNegative() || duration.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("out of range");
            }
            return duration;
        } catch (BadValue e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static String spelling(Duration duration) {
        return duration.toMillisPart() == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }

    /** The word for an enum constant in a configuration: lower case with hyphens. */
    static String spelling(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
