package io.sallyport.log;

import ch.qos.logback.classic.LoggerContext;
import io.sallyport.config.LogConfig.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The level of the process's log while it runs: the configured one, and for a while another that somebody asked for.
 *
 * <p>The latest word holds: a new configured level ends the while, a reload that does not change it leaves it alone.
 */
public final class LogLevel implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.log");

    /** Its thread starts with the first change that has an end. */
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "sallyport-log-level");
        thread.setDaemon(true);
        return thread;
    });

    private Level configured;
    private Level current;
    private @Nullable Instant until;
    private @Nullable Future<?> end;

    /** @param configured what the log was started with */
    public LogLevel(Level configured) {
        this.configured = configured;
        this.current = configured;
        timer.setRemoveOnCancelPolicy(true);
    }

    /**
     * What holds now.
     *
     * @param until when {@code configured} holds again; null where it does
     */
    public record State(
            Level current, Level configured, @Nullable Instant until) {}

    public synchronized State state() {
        return new State(current, configured, until);
    }

    /** A reload's level. */
    public synchronized void configure(Level level) {
        if (level == configured) {
            return;
        }
        configured = level;
        forget();
        set(level, "as configured");
    }

    /** Logs at another level for so long; asked for the configured one, ends that at once. From any thread. */
    public synchronized void change(Level level, Duration time) {
        forget();
        if (level == configured) {
            set(level, "as configured");
            return;
        }
        Instant due = Instant.now().plus(time);
        until = due;
        set(level, "until " + due);
        end = timer.schedule(() -> returnToConfigured(due), time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Leaves the level as it is. */
    @Override
    public void close() {
        timer.shutdownNow();
    }

    private synchronized void returnToConfigured(Instant due) {
        // Another change may have come while this one waited for the lock.
        if (due.equals(until)) {
            forget();
            set(configured, "as configured");
        }
    }

    private void forget() {
        until = null;
        if (end != null) {
            end.cancel(false);
            end = null;
        }
    }

    /** Logged at the more verbose of the two levels: otherwise a change to a silent level would leave no line. */
    private void set(Level level, String how) {
        boolean silences = level.compareTo(current) < 0;
        if (silences) {
            tell(level, how);
        }
        LogLevels.set((LoggerContext) LoggerFactory.getILoggerFactory(), level);
        if (!silences && level != current) {
            tell(level, how);
        }
        current = level;
    }

    private static void tell(Level level, String how) {
        LOG.atWarn().addKeyValue("to", level.word()).log("the log level changes: {}", how);
    }
}
