package io.sallyport.explain.probe;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Times for people. */
public final class Times {
    private static final double NANOS_PER_MILLI = 1e6;

    private Times() {}

    /** {@code 10s} or {@code 500ms}. */
    public static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }

    /** {@code 12.3 ms}. */
    public static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.1f ms", nanos / NANOS_PER_MILLI);
    }

    /** Milliseconds with three decimals; null for what never was, which is negative. */
    public static @Nullable Double exact(long nanos) {
        return nanos < 0 ? null : Math.round(nanos / NANOS_PER_MILLI * 1000) / 1000.0;
    }
}
