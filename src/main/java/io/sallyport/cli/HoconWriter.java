package io.sallyport.cli;

import com.typesafe.config.ConfigUtil;
import java.util.List;
import java.util.stream.Collectors;

/** Writes HOCON as a person would: the library's own rendering sorts keys and quotes what needs no quotes. */
final class HoconWriter {
    private final StringBuilder text = new StringBuilder();
    private int depth;

    /** Begins an object. */
    void open(String path) {
        line(path + " {");
        depth++;
    }

    /** Ends it. */
    void close() {
        depth--;
        line("}");
    }

    void value(String path, String value) {
        raw(path, ConfigUtil.quoteString(value));
    }

    void list(String path, List<String> values) {
        raw(path, values.stream().map(ConfigUtil::quoteString).collect(Collectors.joining(", ", "[", "]")));
    }

    /** A value that is HOCON already, as a word of a closed set. */
    void raw(String path, String hocon) {
        line(path + " = " + hocon);
    }

    String text() {
        return text.toString();
    }

    private void line(String content) {
        text.append("  ".repeat(depth)).append(content).append('\n');
    }
}
