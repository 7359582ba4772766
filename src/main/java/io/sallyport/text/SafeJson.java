package io.sallyport.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.JsonGeneratorDelegate;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import org.jspecify.annotations.Nullable;

/**
 * A generator of JSON whose every name and text is {@link SafeText}, of at most {@link SafeText#LONGEST_FIELD} characters.
 * Safe is the value itself, not its spelling in JSON: whoever parses the document and shows it is safe, too.
 */
public final class SafeJson extends JsonGeneratorDelegate {
    private static final JsonFactory FACTORY = new JsonFactory();

    private SafeJson(JsonGenerator generator) {
        super(generator);
    }

    /** To bytes, in UTF-8. */
    public static JsonGenerator to(OutputStream out) throws IOException {
        return new SafeJson(FACTORY.createGenerator(out));
    }

    public static JsonGenerator to(Writer out) throws IOException {
        return new SafeJson(FACTORY.createGenerator(out));
    }

    @Override
    public void writeFieldName(String name) throws IOException {
        super.writeFieldName(SafeText.line(name, SafeText.LONGEST_FIELD));
    }

    @Override
    public void writeString(@Nullable String text) throws IOException {
        super.writeString(text == null ? null : SafeText.line(text, SafeText.LONGEST_FIELD));
    }

    @Override
    public void writeString(char[] text, int offset, int length) throws IOException {
        writeString(new String(text, offset, length));
    }
}
