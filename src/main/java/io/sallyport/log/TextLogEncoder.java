package io.sallyport.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import io.sallyport.text.SafeText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * One line for a person: local time, level, message, {@code key=value}. What a peer sent may be part of it: it must neither
 * start a line of its own nor steer the terminal.
 */
final class TextLogEncoder extends EncoderBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());
    private static final byte[] NOTHING = {};

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(128)
                .append(TIME.format(Instant.ofEpochMilli(event.getTimeStamp())))
                .append(String.format(Locale.ROOT, " %-5s ", event.getLevel()));
        line.append(SafeText.line(String.valueOf(event.getFormattedMessage()), JsonLogEncoder.LONGEST));
        @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            for (KeyValuePair pair : pairs) {
                line.append(' ')
                        .append(pair.key)
                        .append('=')
                        .append(SafeText.line(String.valueOf(pair.value), JsonLogEncoder.LONGEST));
            }
        }
        String error = LoggedError.text(event);
        if (error != null) {
            line.append(error.indexOf('\n') < 0 ? " error=" : "\n")
                    .append(SafeText.shortened(SafeText.lines(error), JsonLogEncoder.LONGEST));
        }
        return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
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
