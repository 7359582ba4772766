package io.sallyport.testing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One line of JSON, of the log or the access log. Fields of a nested object are named {@code outer.inner}, those of an
 * object in an array {@code array.0.inner}.
 */
public final class LogLine {
    private static final JsonFactory JSON = new JsonFactory();

    private final String text;
    private final Map<String, String> fields;

    private LogLine(String text, Map<String, String> fields) {
        this.text = text;
        this.fields = fields;
    }

    /** Reads a line that must be one JSON object. */
    public static LogLine parse(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new AssertionError("no JSON object: " + text);
            }
            Map<String, String> fields = new LinkedHashMap<>();
            readObject(parser, "", fields);
            if (parser.nextToken() != null) {
                throw new AssertionError("more than one JSON object: " + text);
            }
            return new LogLine(text, fields);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    /** All whole lines of a file; none while it does not exist. */
    public static List<LogLine> readAll(Path file) {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            String text = Files.readString(file);
            return text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .map(LogLine::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean has(String field) {
        return fields.containsKey(field);
    }

    /** A field as text; the elements of an array, joined by commas. */
    public String text(String field) {
        String value = fields.get(field);
        if (value == null) {
            throw new AssertionError("no field " + field + " in " + text);
        }
        return value;
    }

    /** The same with a start taken away from the names of its fields. */
    public LogLine without(String start) {
        Map<String, String> shorter = new LinkedHashMap<>();
        fields.forEach(
                (name, value) -> shorter.put(name.startsWith(start) ? name.substring(start.length()) : name, value));
        return new LogLine(text, shorter);
    }

    public long number(String field) {
        return Long.parseLong(text(field));
    }

    @Override
    public String toString() {
        return text;
    }

    private static void readObject(JsonParser parser, String prefix, Map<String, String> fields) throws IOException {
        for (JsonToken token = parser.nextToken(); token == JsonToken.FIELD_NAME; token = parser.nextToken()) {
            String name = prefix + parser.currentName();
            switch (parser.nextToken()) {
                case START_OBJECT -> readObject(parser, name + ".", fields);
                case START_ARRAY -> fields.put(name, readArray(parser, name, fields));
                default -> fields.put(name, parser.getText());
            }
        }
    }

    private static String readArray(JsonParser parser, String name, Map<String, String> fields) throws IOException {
        StringBuilder joined = new StringBuilder();
        int index = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                readObject(parser, name + "." + index + ".", fields);
            } else {
                joined.append(index == 0 ? "" : ",").append(parser.getText());
            }
            index++;
        }
        return joined.toString();
    }
}
