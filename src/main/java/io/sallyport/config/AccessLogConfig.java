package io.sallyport.config;

import io.sallyport.config.hocon.FilePath;
import io.sallyport.config.hocon.Section;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One line per connection at its close.
 *
 * @param target where the lines go
 */
public record AccessLogConfig(Target target) {

    /** Where access lines go. */
    public sealed interface Target {
        /** Nowhere. */
        record None() implements Target {}

        /** Standard output. */
        record Stdout() implements Target {}

        /** A file that is appended to. */
        record File(Path path) implements Target {}
    }

    static AccessLogConfig read(Section section) {
        section.fixed().choice("format", Format.class);
        @Nullable
        Target target = section.fixed()
                .optionalParsed("target", "none, stdout or a file", text -> parse(text, section.directory()));
        return new AccessLogConfig(target == null ? new Target.None() : target);
    }

    private enum Format {
        JSON
    }

    private static Target parse(String text, Path directory) {
        return switch (text) {
            case "none" -> new Target.None();
            case "stdout" -> new Target.Stdout();
            default -> new Target.File(FilePath.of(text, directory));
        };
    }
}
