package io.sallyport.config.tls;

import io.sallyport.config.hocon.Section;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where the password of a key comes from. The password itself is never part of a configuration. */
public sealed interface PasswordConfig {

    /** None given: the empty password. */
    record None() implements PasswordConfig {}

    /** The content of a file, less one trailing newline. An empty file is the empty password. */
    record File(Path path) implements PasswordConfig {}

    /** The value of an environment variable, which has to be set; it may be empty. */
    record Variable(String name) implements PasswordConfig {}

    static PasswordConfig read(Section section) {
        return read(section, "password");
    }

    /** The same by other keys: {@code name-file} and {@code name-env}. */
    static PasswordConfig read(Section section, String name) {
        @Nullable Path file = section.live().optionalFile(name + "-file");
        @Nullable String variable = section.live().optionalString(name + "-env");
        if (file != null && variable != null) {
            section.problem(name + "-env", "given together with " + name + "-file (expected: one or the other)");
        }
        if (file != null) {
            return new File(file);
        }
        return variable != null ? new Variable(variable) : new None();
    }
}
