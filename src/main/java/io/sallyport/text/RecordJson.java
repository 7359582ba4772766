package io.sallyport.text;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes records as JSON objects: a member for each component in its order, its name in lower case with underscores; a component
 * that is null is left out. Collections are arrays, maps are objects; what is no number and no truth value is its text.
 *
 * <p>For documents that somebody asks for now and then. Jackson's databind does the same, and takes about a second at the first
 * document where this takes a tenth, on the admin listener's one thread.
 */
public final class RecordJson {
    private static final Pattern CAPITAL = Pattern.compile("(?=\\p{Upper})");

    private RecordJson() {}

    /** Writes one value. */
    public static void write(JsonGenerator json, Object value) throws IOException {
        if (value instanceof Record each) {
            json.writeStartObject();
            for (RecordComponent component : each.getClass().getRecordComponents()) {
                Object member = read(component, each);
                if (member != null) {
                    json.writeFieldName(name(component));
                    write(json, member);
                }
            }
            json.writeEndObject();
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                json.writeFieldName(String.valueOf(entry.getKey()));
                write(json, entry.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof Iterable<?> elements) {
            json.writeStartArray();
            for (Object element : elements) {
                write(json, element);
            }
            json.writeEndArray();
        } else {
            writeScalar(json, value);
        }
    }

    private static void writeScalar(JsonGenerator json, Object value) throws IOException {
        if (value instanceof Boolean truth) {
            json.writeBoolean(truth);
        } else if (value instanceof Integer || value instanceof Long) {
            json.writeNumber(((Number) value).longValue());
        } else if (value instanceof Double number) {
            json.writeNumber(number);
        } else {
            json.writeString(value.toString());
        }
    }

    private static String name(RecordComponent component) {
        return CAPITAL.matcher(component.getName()).replaceAll("_").toLowerCase(Locale.ROOT);
    }

    private static @Nullable Object read(RecordComponent component, Record of) {
        try {
            // Of a record that is private to its package, too.
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(of);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(component.toString(), e);
        }
    }
}
