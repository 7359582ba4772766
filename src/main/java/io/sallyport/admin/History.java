package io.sallyport.admin;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The last hour, for whoever opens the live page: a sample every ten seconds, about 200 KiB in all. Lives on the admin thread.
 */
final class History {
    private final AdminSource source;
    private final Duration interval;
    private final int most;
    private final Deque<String> samples = new ArrayDeque<>();

    History(AdminSource source, Duration interval, Duration span) {
        this.source = source;
        this.interval = interval;
        this.most = Math.toIntExact(span.dividedBy(interval));
    }

    /** Takes samples from now on, for as long as the executor lives. */
    void start(EventExecutor executor) {
        executor.scheduleAtFixedRate(this::take, 0, interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void take() {
        @Nullable String sample = SampleText.of(source);
        if (sample == null) {
            return;
        }
        samples.addLast(sample);
        if (samples.size() > most) {
            samples.removeFirst();
        }
    }

    /** An array of JSON, oldest first. */
    String json() {
        return "[" + String.join(",\n", samples) + "]\n";
    }
}
