package io.sallyport.explain.report;

import io.sallyport.explain.report.Ink.Colour;
import io.sallyport.text.SafeText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Text of {@value #WIDTH} columns. What came from the wire never reaches the terminal as a control character. */
final class Page {
    static final int WIDTH = 80;

    private static final int FIELD = 18;
    private static final String MARGIN = "  ";

    private final Ink ink;
    private final StringBuilder text = new StringBuilder(4096);

    Page(Ink ink) {
        this.ink = ink;
    }

    /** A heading, with an empty line above it. */
    void title(String words) {
        if (!text.isEmpty()) {
            text.append('\n');
        }
        line(Colour.TITLE, words);
    }

    void line(@Nullable Colour colour, String words) {
        String clean = clean(words).stripTrailing();
        text.append(colour == null ? clean : ink.paint(colour, clean)).append('\n');
    }

    /** A name and a value, which goes on below itself. */
    void field(String name, String value) {
        field(null, name, value);
    }

    void field(@Nullable Colour colour, String name, String value) {
        paragraph(colour, MARGIN + padded(name, FIELD), MARGIN + " ".repeat(FIELD), value);
    }

    /** Words that are broken at spaces; {@code first} begins the first line, {@code others} the rest. */
    void paragraph(@Nullable Colour colour, String first, String others, String words) {
        String indent = first;
        for (String part : wrapped(clean(words), WIDTH - others.length())) {
            line(colour, indent + part);
            indent = others;
        }
    }

    static String padded(String words, int width) {
        return words.length() >= width ? words + " " : words + " ".repeat(width - words.length());
    }

    static String aligned(String words, int width) {
        return " ".repeat(Math.max(0, width - words.length())) + words;
    }

    /** Lines of at most {@code width}; a longer word is cut. */
    static List<String> wrapped(String words, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(width);
        for (String word : words.split(" ", -1)) {
            String rest = word;
            if (!line.isEmpty() && line.length() + 1 + rest.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            while (rest.length() > width) {
                lines.add(rest.substring(0, width));
                rest = rest.substring(width);
            }
            line.append(line.isEmpty() ? "" : " ").append(rest);
        }
        lines.add(line.toString());
        return lines;
    }

    private static String clean(String words) {
        return SafeText.line(words);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
