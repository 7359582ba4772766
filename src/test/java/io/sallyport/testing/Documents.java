package io.sallyport.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The README and the pages of the manual. */
public final class Documents {
    public static final Path README = Path.of("README.md");
    public static final Path MANUAL = Path.of("src", "site", "markdown");

    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\|([^|]*)\\|(?:(.*)\\|)?$");

    private Documents() {}

    /**
     * A row of a table.
     *
     * @param name the first cell, without its backquotes
     */
    public record Row(String name, String second, String third) {}

    /** The pages of the manual, by name. */
    public static List<Path> pages() {
        try (Stream<Path> files = Files.list(MANUAL)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The README, then the pages of the manual. */
    public static List<Path> all() {
        return Stream.concat(Stream.of(README), pages().stream()).toList();
    }

    public static String read(Path document) {
        try {
            return Files.readString(document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The rows of the table whose head begins with {@code title}; there has to be one such table in all documents. */
    public static List<Row> rows(String title) {
        List<List<String>> tables = new ArrayList<>();
        for (Path document : all()) {
            List<String> lines = read(document).lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).startsWith("| " + title + " |")) {
                    tables.add(lines.subList(i, lines.size()));
                }
            }
        }
        assertThat(tables).as("tables that begin with | %s |", title).hasSize(1);
        return tables.get(0).stream()
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.replace("\\|", "/"))
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .map(row -> new Row(
                        row.group(1),
                        row.group(2).trim(),
                        String.valueOf(row.group(3)).trim()))
                .toList();
    }
}
