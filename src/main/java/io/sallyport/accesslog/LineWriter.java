package io.sallyport.accesslog;

import io.sallyport.config.hocon.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records as lines of JSON, on a thread of its own.
 *
 * <p>Nobody who offers a record ever waits: where the output stands still, records are dropped and counted.
 *
 * @param <T> a record; immutable, since it is rendered later
 */
public final class LineWriter<T> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.access-log");
    private static final int QUEUED_RECORDS = 8192;
    private static final int RECORDS_PER_WRITE = 32;

    /** Under load the writer would else be woken for every line, which costs more than the line. */
    private static final long GATHERING_MILLIS = 20;

    /** Between writes, so that an event loop on the same processor waits for no more than one of them. */
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final BlockingQueue<T> queue;
    private final LineBatch<T> batch;
    private final LineSink sink;
    private final Thread thread;
    private final AtomicLong dropped = new AtomicLong();
    private volatile boolean closing;
    private volatile boolean reopening;
    private boolean failing;
    private boolean stale;

    private LineWriter(LineSink sink, LineRenderer<T> renderer, int queuedRecords) {
        this.sink = sink;
        this.batch = new LineBatch<>(renderer);
        this.queue = new ArrayBlockingQueue<>(queuedRecords);
        this.thread = new Thread(this::run, "sallyport-access-log");
        thread.setDaemon(true);
    }

    /** Writes to standard output. */
    public static <T> LineWriter<T> toStdout(LineRenderer<T> renderer) {
        return start(new LineSink.Stdout(), renderer, QUEUED_RECORDS);
    }

    /**
     * Appends to a file, and creates it where there is none.
     *
     * @throws ConfigException when the file cannot be opened
     */
    public static <T> LineWriter<T> toFile(Path file, LineRenderer<T> renderer) throws ConfigException {
        return start(AppendedFile.open(file), renderer, QUEUED_RECORDS);
    }

    static <T> LineWriter<T> start(LineSink sink, LineRenderer<T> renderer, int queuedRecords) {
        LineWriter<T> writer = new LineWriter<>(sink, renderer, queuedRecords);
        writer.thread.start();
        return writer;
    }

    /**
     * Queues a record, without waiting.
     *
     * @return false when it was dropped
     */
    public boolean offer(T record) {
        if (!closing && queue.offer(record)) {
            return true;
        }
        dropped.incrementAndGet();
        return false;
    }

    /** Records that were not written. */
    public long dropped() {
        return dropped.get();
    }

    /**
     * Opens the file again under its name, as after a rotation. Returns at once; without a call, a file that was renamed or
     * deleted is noticed with the next line.
     */
    public void reopen() {
        reopening = true;
        thread.interrupt();
    }

    /** Writes what is queued, for two seconds at most; what is left then is dropped. */
    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join(CLOSE_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<T> records = new ArrayList<>(RECORDS_PER_WRITE);
        while (!closing || !queue.isEmpty()) {
            take(records);
            openWhatHasTheName(records);
            if (!records.isEmpty()) {
                write(records);
                records.clear();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        sink.close();
    }

    /** Waits for records, or until it is asked to close or to reopen. */
    private void take(List<T> records) {
        if (queue.drainTo(records, RECORDS_PER_WRITE) > 0) {
            return;
        }
        try {
            records.add(queue.take());
            Thread.sleep(GATHERING_MILLIS);
        } catch (InterruptedException e) {
            // Asked for something: what there is goes out now.
        }
        queue.drainTo(records, RECORDS_PER_WRITE - records.size());
    }

    private void openWhatHasTheName(List<T> records) {
        try {
            if (reopening) {
                reopening = false;
                sink.reopen();
            } else if (!records.isEmpty()) {
                sink.followName();
            }
            stale = false;
        } catch (IOException e) {
            if (!stale) {
                stale = true;
                LOG.atError()
                        .setCause(e)
                        .log("the file was rotated and cannot be opened again: lines go on into the old one");
            }
        }
    }

    private void write(List<T> records) {
        int rendered = batch.render(records);
        dropped.addAndGet(records.size() - rendered);
        try {
            batch.writeTo(sink);
            failing = false;
        } catch (IOException e) {
            dropped.addAndGet(rendered);
            tellOnce(e);
        }
    }

    /** A full disk fails every write: one line for each time that it fills up, not for each record. */
    private void tellOnce(IOException e) {
        if (!failing) {
            failing = true;
            LOG.atError().setCause(e).log("lines are lost: they cannot be written");
        }
    }
}
