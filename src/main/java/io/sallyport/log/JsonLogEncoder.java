package io.sallyport.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sallyport.text.SafeText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * One JSON object a line: {@code time} (RFC 3339, UTC, milliseconds), {@code level}, {@code logger}, {@code message}, then
 * the line's own keys, then {@code error}.
 */
final class JsonLogEncoder extends EncoderBase<ILoggingEvent> {
    private static final JsonFactory JSON = new JsonFactory();
    /** What a peer sent may be part of a message, of a value or of an exception's message. */
    static final int LONGEST = 16 * 1024;

    private static final byte[] NOTHING = {};

    @Override
    public byte[] encode(ILoggingEvent event) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(line)) {
            write(event, json);
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.toByteArray();
    }

    private static void write(ILoggingEvent event, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("time", time(event.getTimeStamp()));
        json.writeStringField("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
        json.writeStringField("logger", event.getLoggerName());
        json.writeStringField("message", text(String.valueOf(event.getFormattedMessage())));
        @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            for (KeyValuePair pair : pairs) {
                json.writeFieldName(pair.key);
                writeValue(pair.value, json);
            }
        }
        String error = LoggedError.text(event);
        if (error != null) {
            json.writeStringField("error", text(error));
        }
        json.writeEndObject();
    }

    private static void writeValue(@Nullable Object value, JsonGenerator json) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Boolean bool) {
            json.writeBoolean(bool);
        } else if (value instanceof Integer || value instanceof Long) {
            json.writeNumber(((Number) value).longValue());
        } else {
            json.writeString(text(value.toString()));
        }
    }

    /** JSON spells line feeds as two characters: they start no line of their own. */
    private static String text(String words) {
        return SafeText.shortened(SafeText.lines(SafeText.shortened(words, LONGEST)), LONGEST);
    }

    /** Always with three decimals, so that all lines sort as text. */
    private static String time(long epochMillis) {
        String text =
                Instant.ofEpochMilli(epochMillis).truncatedTo(ChronoUnit.MILLIS).toString();
        return text.length() == "2000-01-01T00:00:00Z".length() ? text.replace("Z", ".000Z") : text;
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
