package io.sallyport.benchmarks.load;

import java.util.Arrays;
import java.util.Locale;

/** What a piece of work came to; touched on the event loop alone until it is over. */
final class Figures {
    private long begun = System.nanoTime();
    private long[] nanos = new long[1024];
    private int timed;
    private long count;
    private long errors;
    private long resumed;
    private long bytes;
    private long ended;
    private String agreed = "";
    private String firstError = "";

    /** What was before, such as connecting, is not timed. */
    void begin() {
        begun = System.nanoTime();
    }

    void took(long duration) {
        if (timed == nanos.length) {
            nanos = Arrays.copyOf(nanos, timed * 2);
        }
        nanos[timed++] = duration;
    }

    void done() {
        count++;
    }

    long count() {
        return count;
    }

    void resumed() {
        resumed++;
    }

    long resumptions() {
        return resumed;
    }

    void bytes(long moved) {
        bytes += moved;
    }

    void agreed(String words) {
        agreed = words;
    }

    void failed(Throwable cause) {
        errors++;
        if (firstError.isEmpty()) {
            firstError = String.valueOf(cause);
        }
    }

    /** The last end counts. */
    void end() {
        ended = System.nanoTime();
    }

    /** The end of the whole, where nothing ended before it. */
    void endIfOpen() {
        if (ended == 0) {
            end();
        }
    }

    /** One line of {@code key=value} words; times in microseconds. */
    String line() {
        Arrays.sort(nanos, 0, timed);
        return String.format(
                        Locale.ROOT,
                        "ok count=%d errors=%d resumed=%d bytes=%d seconds=%.6f p50=%.1f p99=%.1f p999=%.1f max=%.1f",
                        count,
                        errors,
                        resumed,
                        bytes,
                        (ended - begun) / 1e9,
                        quantile(0.5),
                        quantile(0.99),
                        quantile(0.999),
                        quantile(1))
                + (agreed.isEmpty() ? "" : " agreed=" + agreed)
                + (firstError.isEmpty() ? "" : " error=" + firstError.replace(' ', '_'));
    }

    private double quantile(double part) {
        if (timed == 0) {
            return 0;
        }
        return nanos[Math.min(timed - 1, (int) Math.ceil(part * timed) - 1)] / 1e3;
    }
}
