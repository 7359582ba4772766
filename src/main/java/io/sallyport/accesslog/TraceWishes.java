package io.sallyport.accesslog;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The wishes that are not fulfilled yet. A handshake costs one look at an empty list where there are none. */
final class TraceWishes {
    static final int MOST = 16;

    private final List<Open> open = new CopyOnWriteArrayList<>();

    private record Open(TraceWish wish, long untilNanos, AtomicInteger left) {
        boolean isOver(long now) {
            return now - untilNanos >= 0 || left.get() <= 0;
        }
    }

    /** Takes a wish, unless there are too many; called by one thread at a time. */
    boolean add(TraceWish wish, long nanoTime) {
        forgetTheOld(nanoTime);
        if (open.size() >= MOST) {
            return false;
        }
        return open.add(new Open(wish, nanoTime + wish.duration().toNanos(), new AtomicInteger(wish.count())));
    }

    /** Whether somebody wants to see this one; it counts. */
    boolean take(@Nullable InetAddress client, @Nullable String serverName, long nanoTime) {
        if (open.isEmpty()) {
            return false;
        }
        forgetTheOld(nanoTime);
        for (Open each : open) {
            if (each.wish().covers(client, serverName) && each.left().getAndDecrement() > 0) {
                return true;
            }
        }
        return false;
    }

    private void forgetTheOld(long nanoTime) {
        open.removeIf(each -> each.isOver(nanoTime));
    }
}
