package io.sallyport.cli;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time that something may take, as in a configuration. */
final class DurationConverter implements ITypeConverter<Duration> {
    private static final Duration LONGEST = Duration.ofMinutes(10);

    @Override
    public Duration convert(String text) {
        try {
            Duration duration = text.matches(".*[a-z]")
                    ? ConfigFactory.parseMap(Map.of("duration", text)).getDuration("duration")
                    : Duration.ZERO;
            if (duration.toMillis() > 0 && duration.compareTo(LONGEST) <= 0) {
                return duration;
            }
        } catch (ConfigException e) {
            // Reported below, like a number out of range.
        }
        throw new TypeConversionException(
                "\"" + text + "\" (expected: a duration with its unit, as 500ms or 10s, at most 10m)");
    }
}
