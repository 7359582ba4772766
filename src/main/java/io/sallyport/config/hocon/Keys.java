package io.sallyport.config.hocon;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException.BadValue;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Typed reads of the keys of a section, all of which a reload changes, or for all of which it takes a restart. They come
 * from {@link Section#live} or {@link Section#fixed}, so that no key is read without saying which.
 *
 * <p>After a problem a read returns a harmless stand-in, so that the rest of the file is looked at too; the records made of
 * stand-ins are thrown away with the load.
 */
public final class Keys {
    /** Milliseconds have to fit into 31 bits. */
    private static final Duration LONGEST = Duration.ofDays(24);

    /** Less would be 0 to the timers that count milliseconds, and 0 means off. */
    public static final Duration SHORTEST = Duration.ofMillis(1);

    private final HoconObject object;
    private final Change change;

    /** What becomes of a value that was read. */
    @FunctionalInterface
    interface Change {
        void read(String key, @Nullable Object value);
    }

    Keys(HoconObject object, Change change) {
        this.object = object;
        this.change = change;
    }

    public String string(String key) {
        return parsed(key, "text", Function.identity(), "");
    }

    @Nullable
    public String optionalString(String key) {
        return optionalParsed(key, "text", Function.identity());
    }

    public Path file(String key) {
        return parsed(key, "a file", this::resolve, object.directory());
    }

    @Nullable
    public Path optionalFile(String key) {
        return optionalParsed(key, "a file", this::resolve);
    }

    public int integer(String key, int min, int max) {
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
    public int integerOrAuto(String key, int auto) {
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

    public boolean bool(String key) {
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
    public Duration duration(String key) {
        return duration(key, SHORTEST);
    }

    /** The same where a very short one does harm; 0s stays 0s. */
    public Duration duration(String key, Duration shortest) {
        String rule = "a duration with its unit, as 500ms, 10s, 1h, at most " + LONGEST.toDays() + "d; 0s means off";
        Duration duration = parsed(key, rule, Keys::parseDuration, Duration.ZERO);
        if (!duration.isZero() && duration.compareTo(shortest) < 0) {
            object.problem(key, HoconText.kind(object.value(key)) + " (expected: at least " + spelling(shortest) + ")");
        }
        return duration;
    }

    /**
     * The same where nothing works without it.
     *
     * @param rule what is expected instead of 0s
     */
    public Duration positiveDuration(String key, Duration shortest, String rule) {
        int before = object.problems();
        Duration duration = duration(key, shortest);
        if (duration.isZero() && object.problems() == before) {
            object.problem(key, "0s (expected: " + rule + ")");
        }
        return duration;
    }

    private static String spelling(Duration duration) {
        return duration.toMillisPart() == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }

    /** A share, with its sign: {@code 10%}. */
    public int percent(String key) {
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

    public <E extends Enum<E>> E choice(String key, Class<E> type) {
        E[] constants = type.getEnumConstants();
        String rule = Stream.of(constants).map(HoconText::spelling).collect(Collectors.joining(" | "));
        return parsed(
                key,
                rule,
                text -> Stream.of(constants)
                        .filter(constant -> HoconText.spelling(constant).equals(text))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(text)),
                constants[0]);
    }

    /** Reads a scalar; {@code parser} refuses by IllegalArgumentException. */
    public <T> T parsed(String key, String rule, Function<String, T> parser, T standIn) {
        if (!object.has(key)) {
            object.problem(key, "missing (expected: " + rule + ")");
            return standIn;
        }
        @Nullable T value = optionalParsed(key, rule, parser);
        return value == null ? standIn : value;
    }

    /** Reads a scalar; null when it is absent, null or the empty text. */
    public <T> @Nullable T optionalParsed(String key, String rule, Function<String, T> parser) {
        @Nullable T value = scalar(key, rule, parser);
        change.read(key, value);
        return value;
    }

    private <T> @Nullable T scalar(String key, String rule, Function<String, T> parser) {
        if (!object.has(key)) {
            return null;
        }
        ConfigValue value = object.value(key);
        String text = HoconText.scalar(value);
        if (text == null) {
            object.problem(key, HoconText.kind(value) + " (expected: " + rule + ")");
            return null;
        }
        if (text.isEmpty()) {
            return null;
        }
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            object.problem(key, "\"" + text + "\" (expected: " + rule(e, rule) + ")");
            return null;
        }
    }

    private static String rule(IllegalArgumentException refusal, String rule) {
        return refusal instanceof InvalidPathException ? LocaleEncoding.rule() : rule;
    }

    /** Reads a list of scalars; a single scalar counts as a list of one. */
    public <T> List<T> parsedList(String key, String rule, Function<String, T> parser) {
        List<T> result = new ArrayList<>();
        for (ConfigValue element : object.elements(key, "a list, each " + rule)) {
            element(key, rule, element, parser).ifPresent(result::add);
        }
        change.read(key, result);
        return result;
    }

    /** One of a list that is read element by element. */
    <T> Optional<T> element(String key, String rule, ConfigValue element, Function<String, T> parser) {
        String text = HoconText.scalar(element);
        try {
            if (text == null) {
                throw new IllegalArgumentException(rule);
            }
            return Optional.of(parser.apply(text));
        } catch (IllegalArgumentException e) {
            String found = text == null ? HoconText.kind(element) : "\"" + text + "\"";
            object.problemAt(element.origin(), object.join(key), found + " (expected: " + rule(e, rule) + ")");
            return Optional.empty();
        }
    }

    /**
     * A duration with its unit.
     *
     * @throws IllegalArgumentException where it is none, or longer than any timer holds
     */
    public static Duration parseDuration(String text) {
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

    private Path resolve(String text) {
        return FilePath.of(text, object.directory());
    }
}
