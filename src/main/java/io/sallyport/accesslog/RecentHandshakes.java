package io.sallyport.accesslog;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The latest handshakes that were told of, bounded by count and by bytes. Without locks: event loops write, the admin thread
 * reads.
 */
final class RecentHandshakes {
    static final int MOST = 256;
    static final int MOST_BYTES = 2 << 20;

    private final AtomicReferenceArray<@Nullable Entry> entries = new AtomicReferenceArray<>(MOST);
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /** One of them; {@code json} is all that is shown of it, UTF-8. No record: those compare arrays by identity. */
    static final class Entry {
        private final HandshakeSummary shown;
        private final byte[] json;

        Entry(HandshakeSummary shown, byte[] json) {
            this.shown = shown;
            this.json = json;
        }

        HandshakeSummary shown() {
            return shown;
        }

        byte[] json() {
            return json;
        }
    }

    void add(Entry entry) {
        long position = next.getAndIncrement();
        bytes.addAndGet(entry.json().length);
        forget(entries.getAndSet(slot(position), entry));
        for (long oldest = Math.max(0, position - MOST + 1); oldest < position && bytes.get() > MOST_BYTES; oldest++) {
            forget(entries.getAndSet(slot(oldest), null));
        }
    }

    /** Newest first. */
    List<Entry> newestFirst() {
        List<Entry> found = new ArrayList<>(MOST);
        long end = next.get();
        for (long position = end - 1; position >= 0 && position >= end - MOST; position--) {
            @Nullable Entry entry = entries.get(slot(position));
            if (entry != null) {
                found.add(entry);
            }
        }
        return found;
    }

    /** Of the JSON of all that is kept. */
    long bytes() {
        return bytes.get();
    }

    private void forget(@Nullable Entry entry) {
        if (entry != null) {
            bytes.addAndGet(-entry.json().length);
        }
    }

    private static int slot(long position) {
        return (int) (position % MOST);
    }
}
