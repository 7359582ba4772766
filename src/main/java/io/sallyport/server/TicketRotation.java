package io.sallyport.server;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts new ticket keys into service when their epoch begins. */
final class TicketRotation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.tls");

    private final Supplier<Generation> serving;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "sallyport-tickets");
        thread.setDaemon(true);
        return thread;
    });
    private List<Long> epochs = List.of();

    TicketRotation(Supplier<Generation> serving) {
        this.serving = serving;
    }

    void start() {
        executor.scheduleWithFixedDelay(this::rotateIfDue, 0, 1, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private void rotateIfDue() {
        try {
            Instant now = Instant.now();
            Generation generation = serving.get();
            List<Long> current = generation.ticketEpochs(now);
            if (!current.equals(epochs)) {
                epochs = current;
                generation.useTicketKeys(now);
            }
        } catch (RuntimeException e) {
            // An exception would end the schedule, and with it every rotation to come.
            LOG.error("ticket keys are not rotated", e);
        }
    }
}
