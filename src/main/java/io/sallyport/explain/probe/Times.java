package io.sallyport.explain.probe;

import java.time.Duration;
import java.util.Locale;

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

    /** With three decimals, for JSON. */
    public static double exact(long nanos) {
        return Math.round(nanos / NANOS_PER_MILLI * 1000) / 1000.0;
    }
}
