package io.sallyport.testing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The keys of a JSON document: what its readers build on. */
public final class JsonKeys {
    private JsonKeys() {}

    /** Each once, in their order, as {@code listeners/https/routes/[]/backend}. */
    public static List<String> of(String document) throws IOException {
        Set<String> keys = new LinkedHashSet<>();
        try (JsonParser parser = new JsonFactory().createParser(document)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.FIELD_NAME) {
                    String path = parser.getParsingContext().pathAsPointer().toString();
                    keys.add(path.replaceAll("/\\d+(?=/)", "/[]").substring(1));
                }
            }
        }
        return List.copyOf(keys);
    }
}
