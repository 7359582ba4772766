package io.sallyport.config.hocon;

import java.nio.file.Path;
import java.util.regex.Pattern;

/** A file as a configuration names it. */
public final class FilePath {
    /** RFC 3986 section 3.1. */
    private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");

    private FilePath() {}

    /**
     * Relative to {@code directory}.
     *
     * @throws IllegalArgumentException when it is empty or a URL: as a path it would lose a slash, and nobody would know it again
     */
    public static Path of(String text, Path directory) {
        if (text.isEmpty() || isUrl(text)) {
            throw new IllegalArgumentException(text);
        }
        return directory.resolve(text);
    }

    public static boolean isUrl(String text) {
        return URL.matcher(text).matches();
    }
}
