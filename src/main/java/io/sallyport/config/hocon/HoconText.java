package io.sallyport.config.hocon;

import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.jspecify.annotations.Nullable;

/** How values, places and keys of a file are written in messages. */
public final class HoconText {
    private static final int NEAR = 3;

    private HoconText() {}

    /** {@code  (did you mean "near"?)}, or nothing where no known word is near. */
    public static String suggestion(String word, Set<String> known) {
        LevenshteinDistance distance = new LevenshteinDistance(NEAR);
        return known.stream()
                .filter(candidate -> distance.apply(word, candidate) >= 0)
                .min((a, b) -> Integer.compare(distance.apply(word, a), distance.apply(word, b)))
                .map(near -> " (did you mean \"" + near + "\"?)")
                .orElse("");
    }

    /** {@code file:line}, or what the library says of a value that is in no file. */
    public static String where(ConfigOrigin origin) {
        String name = origin.filename() != null ? display(Path.of(origin.filename())) : origin.description();
        return origin.lineNumber() > 0 && origin.filename() != null ? name + ":" + origin.lineNumber() : name;
    }

    /** The path as the person typed it, where it lies below the working directory. */
    private static String display(Path file) {
        Path here = Path.of("").toAbsolutePath();
        return file.startsWith(here) ? here.relativize(file).toString() : file.toString();
    }

    /** The word for an enum constant in a configuration: lower case with hyphens. */
    public static String spelling(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The text of a value; null for a list, an object or nothing. */
    static @Nullable String scalar(@Nullable ConfigValue value) {
        if (value == null) {
            return null;
        }
        return switch (value.valueType()) {
            case STRING, NUMBER, BOOLEAN -> String.valueOf(value.unwrapped());
            case LIST, OBJECT, NULL -> null;
        };
    }

    /** What is there instead of what is expected. */
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
}
