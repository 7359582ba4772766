package io.sallyport.backend;

import io.sallyport.metrics.Meters;
import io.sallyport.metrics.QueueMeters;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for room at the servers of one backend, in order of arrival. It goes on over reloads, as long as the backend
 * keeps its name.
 *
 * <p>They are counted on their own threads, so that nobody who comes later overtakes them and no more come than may; all else
 * happens on one thread, the backends' event loop.
 *
 * @param <P> the pool that may have room
 */
final class WaitingLine<P> {
    /** What came of looking for room. */
    enum Sought {
        /** There is, and it is taken. */
        FOUND,
        /** Not for this one, but there may be for others. */
        FULL,
        /** There is none at all. */
        FULL_FOR_ALL,
        /** There is no server that it could wait for. */
        NOBODY
    }

    /** Who waits. Called on the thread of the line. */
    interface Guest<P> {
        /** Looks for room and takes it; with {@link Sought#FOUND} either of the next two follows. */
        Sought seek(P pool);

        /** It is its turn, with what it has found. */
        void called();

        /** It has left meanwhile, and what it has found is for the next. */
        void giveBack();

        /** There is nobody to wait for. */
        void turnedAway();
    }

    private final Executor loop;
    private final QueueMeters meters;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Set<Entry> line = new LinkedHashSet<>();
    private @Nullable P pool;
    private boolean closed;

    /** @param loop the thread that it lives on */
    WaitingLine(Executor loop, String backend, Meters meters) {
        this.loop = loop;
        this.meters = meters.queue(backend, this::waiting);
    }

    QueueMeters meters() {
        return meters;
    }

    // ---- on any thread

    /** How many wait now. */
    int waiting() {
        return waiting.get();
    }

    boolean isEmpty() {
        return waiting.get() == 0;
    }

    /**
     * Takes the last place in it.
     *
     * @param most how many may wait; 0: any number
     * @return null: as many wait already
     */
    @Nullable
    Entry join(Guest<P> guest, int most) {
        int now;
        do {
            now = waiting.get();
            if (most != 0 && now >= most) {
                return null;
            }
        } while (!waiting.compareAndSet(now, now + 1));
        Entry entry = new Entry(guest);
        loop.execute(() -> admit(entry));
        return entry;
    }

    /** Room has become free. */
    void wake() {
        // Whoever comes to wait looks for room after it is counted, so that one of the two sees the other.
        if (!isEmpty() && woken.compareAndSet(false, true)) {
            loop.execute(() -> {
                woken.set(false);
                serve();
            });
        }
    }

    /** A place in the line. It is over once: by leaving, or when its turn comes. */
    final class Entry {
        private final Guest<P> guest;
        private final AtomicBoolean over = new AtomicBoolean();

        private Entry(Guest<P> guest) {
            this.guest = guest;
        }

        /**
         * Gives it up, on any thread.
         *
         * @return whether it was not over before
         */
        boolean leave() {
            if (!end()) {
                return false;
            }
            loop.execute(() -> line.remove(this));
            return true;
        }

        private boolean end() {
            boolean ended = over.compareAndSet(false, true);
            if (ended) {
                waiting.decrementAndGet();
            }
            return ended;
        }
    }

    // ---- on the thread of the line

    /** This pool serves from now on, or has changed: there may be room. */
    void use(P serving) {
        pool = serving;
        serve();
    }

    /** The backend is gone: nobody will be served any more. */
    void close() {
        closed = true;
        line.forEach(this::turnAway);
        line.clear();
    }

    private void admit(Entry entry) {
        if (closed) {
            turnAway(entry);
        } else if (!entry.over.get()) {
            line.add(entry);
            serve();
        }
    }

    private void turnAway(Entry entry) {
        if (entry.end()) {
            entry.guest.turnedAway();
        }
    }

    private void serve() {
        P serving = pool;
        if (serving == null) {
            return;
        }
        for (Iterator<Entry> each = line.iterator(); each.hasNext(); ) {
            Entry entry = each.next();
            if (entry.over.get()) {
                each.remove();
                continue;
            }
            switch (entry.guest.seek(serving)) {
                case FOUND -> {
                    each.remove();
                    if (entry.end()) {
                        entry.guest.called();
                    } else {
                        entry.guest.giveBack();
                    }
                }
                case NOBODY -> {
                    each.remove();
                    turnAway(entry);
                }
                case FULL -> {}
                case FULL_FOR_ALL -> {
                    return;
                }
            }
        }
    }
}
