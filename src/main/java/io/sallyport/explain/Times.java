package io.sallyport.explain;

import java.time.Duration;
import java.util.Locale;

/** Times for people. */
final class Times {
    private static final double NANOS_PER_MILLI = 1e6;

    private Times() {}

    /** {@code 10s} or {@code 500ms}. */
    static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }

    /** {@code 12.3 ms}. */
    static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.1f ms", nanos / NANOS_PER_MILLI);
    }

    /** With three decimals, for JSON. */
    static double exact(long nanos) {
        return Math.round(nanos / NANOS_PER_MILLI * 1000) / 1000.0;
    }
}
