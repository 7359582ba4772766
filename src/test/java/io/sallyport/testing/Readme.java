package io.sallyport.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of the README. */
public final class Readme {
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\|([^|]*)\\|(?:(.*)\\|)?$");

    private Readme() {}

    /**
     * A row.
     *
     * @param name the first cell, without its backquotes
     */
    public record Row(String name, String second, String third) {}

    /** The rows of the table whose head begins with {@code title}. */
    public static List<Row> rows(String title) {
        try {
            return Files.readAllLines(Path.of("README.md")).stream()
                    .dropWhile(line -> !line.startsWith("| " + title + " |"))
                    .takeWhile(line -> line.startsWith("|"))
                    .map(line -> line.replace("\\|", "/"))
                    .map(ROW::matcher)
                    .filter(Matcher::matches)
                    .map(row -> new Row(
                            row.group(1),
                            row.group(2).trim(),
                            String.valueOf(row.group(3)).trim()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
