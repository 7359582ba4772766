package io.sallyport.testing;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.hocon.RestartKeys;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A record and the records in it as lines of {@code path = value}, so that a comparison shows what differs. */
public final class RecordText {
    private final StringBuilder text = new StringBuilder();

    private RecordText() {}

    public static String of(Record value) {
        RecordText result = new RecordText();
        result.add("", value);
        return result.text.toString();
    }

    private void add(String path, @Nullable Object value) {
        if (value instanceof RestartKeys) {
            return; // They repeat the values of other keys.
        }
        if (value instanceof Place place) {
            add(path.replaceFirst("place$", "where"), place.text());
        } else if (value instanceof Record inner && inner.getClass().getRecordComponents().length > 0) {
            for (RecordComponent component : inner.getClass().getRecordComponents()) {
                add(path.isEmpty() ? component.getName() : path + "." + component.getName(), read(component, inner));
            }
        } else if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            new TreeMap<Object, Object>(map).forEach((key, inner) -> add(path + "." + key, inner));
        } else if (value instanceof Collection<?> collection && !collection.isEmpty()) {
            int index = 0;
            for (Object inner : collection) {
                add(path + "[" + index++ + "]", inner);
            }
        } else {
            text.append(path)
                    .append(" = ")
                    .append(value instanceof Record ? value.getClass().getSimpleName() : value)
                    .append('\n');
        }
    }

    private static @Nullable Object read(RecordComponent component, Record value) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
