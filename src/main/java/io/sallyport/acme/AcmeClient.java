package io.sallyport.acme;

import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.metrics.AcmeMeters;
import io.sallyport.tls.context.ChallengeAnswers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Orders the certificates of a configuration and renews them, on one thread of its own, which starts with the first that is
 * wanted. What it puts into a storage is served once somebody looks at the files.
 */
public final class AcmeClient implements AutoCloseable {
    private static final Duration AFTER_FAULT = Duration.ofMinutes(1);
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.acme");

    private final AcmeWork work;
    private volatile List<CertificateConfig.Acme> wanted = List.of();
    private volatile List<AcmeStatus> status = List.of();
    private volatile boolean closed;
    private @Nullable Thread thread;

    /**
     * One that does nothing yet.
     *
     * @param onChange has the files looked at; called on its thread, and may take as long as it likes
     */
    public AcmeClient(ChallengeAnswers answers, AcmeMeters meters, Runnable onChange) {
        this.work = new AcmeWork(answers, meters, onChange);
    }

    /** Keeps these from now on, and no others any more. */
    public synchronized void follow(Stream<CertificateConfig> certificates) {
        wanted = CertificateConfig.Acme.among(certificates);
        if (thread != null) {
            LockSupport.unpark(thread);
        } else if (!wanted.isEmpty() && !closed) {
            thread = new Thread(this::run, "sallyport-acme");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** How it stands about each certificate; from any thread. */
    public List<AcmeStatus> status() {
        return status;
    }

    /** Ends the thread, and does not wait for it: it may be waiting for who calls this. */
    @Override
    public synchronized void close() {
        closed = true;
        if (thread != null) {
            thread.interrupt();
        }
    }

    private List<AcmeStatus> turn() throws InterruptedException {
        try {
            return work.turn();
        } catch (RuntimeException e) {
            // Nothing would be renewed any more.
            LOG.atError().setCause(e).log("a fault in the renewal of certificates; it goes on");
            Thread.sleep(AFTER_FAULT.toMillis());
            return status;
        }
    }

    private void run() {
        try {
            while (!closed) {
                work.follow(wanted);
                status = turn();
                LockSupport.parkNanos(ChallengeFiles.LOOK.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            work.close();
        }
    }
}
