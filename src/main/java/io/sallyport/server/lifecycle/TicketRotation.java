package io.sallyport.server.lifecycle;

import io.sallyport.server.generation.Published;
import io.sallyport.server.generation.Serving;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Puts new ticket keys into service when an epoch begins. On the control thread alone. */
final class TicketRotation {
    /** A clock that is set, or a machine that slept, is noticed after so long. */
    private static final Duration CLOCK_LOOK = Duration.ofSeconds(20);

    private final ControlThread control;
    private final Published published;
    private final InstantSource clock;
    private @Nullable Future<?> timer;

    TicketRotation(ControlThread control, Published published, InstantSource clock) {
        this.control = control;
        this.published = published;
        this.clock = clock;
    }

    /** For what is in service now. */
    void schedule() {
        cancel();
        Instant now = clock.instant();
        Instant next = published.get().nextTickets(now);
        if (!next.equals(Instant.MAX)) {
            Duration wait = Duration.between(now, next);
            timer = control.sendAfter(wait.compareTo(CLOCK_LOOK) < 0 ? wait : CLOCK_LOOK, this::rotate);
        }
    }

    void cancel() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void rotate() {
        Serving serving = published.get();
        Instant now = clock.instant();
        if (serving.needsTickets(now)) {
            published.set(serving.withTicketsOf(now));
        }
        schedule();
    }
}
