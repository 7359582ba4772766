package io.sallyport.config.hocon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the locale of the process does to names outside ASCII. The JVM reads arguments and environment variables by it, and
 * spells file names by it; under a POSIX one (LC_ALL=C) it cannot name such a file at all, and no option changes that.
 */
public final class LocaleEncoding {
    /** For each byte that is no character of the locale. */
    private static final char REPLACEMENT = '\ufffd';

    private static final Path ENVIRONMENT = Path.of("/proc/self/environ");

    private LocaleEncoding() {}

    /** The rule for a file name that this process cannot spell. */
    public static String rule() {
        return "a file name in the encoding of the locale, " + System.getProperty("sun.jnu.encoding")
                + "; start it with LC_ALL=C.UTF-8 for any other";
    }

    /** Whether {@code text}, which came from outside, lost characters. */
    public static boolean isGarbled(String text) {
        return text.indexOf(REPLACEMENT) >= 0;
    }

    /**
     * A path from the command line or the environment.
     *
     * @throws IllegalArgumentException where the locale is why it cannot be one
     */
    public static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("\"" + text + "\" (expected: " + rule() + ")", e);
        }
    }

    /** An environment variable, in UTF-8 where the locale has no characters for it; null where it is not set. */
    public static @Nullable String variable(String name) {
        String value = System.getenv(name);
        return value == null || !isGarbled(value) ? value : Objects.requireNonNullElse(bytewise(name), value);
    }

    private static @Nullable String bytewise(String name) {
        try {
            String all = new String(Files.readAllBytes(ENVIRONMENT), StandardCharsets.UTF_8);
            return Arrays.stream(all.split("\0", -1))
                    .filter(entry -> entry.startsWith(name + "="))
                    .map(entry -> entry.substring(name.length() + 1))
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            return null;
        }
    }
}
