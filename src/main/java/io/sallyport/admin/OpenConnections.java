package io.sallyport.admin;

import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Bounds the open connections by closing the oldest: idle clients must not lock out a health probe. One thread only. */
final class OpenConnections {
    private final int limit;
    private final Deque<Channel> oldestFirst = new ArrayDeque<>();
    private boolean closed;

    OpenConnections(int limit) {
        this.limit = limit;
    }

    void add(Channel channel) {
        if (closed) {
            channel.close();
            return;
        }
        oldestFirst.addLast(channel);
        channel.closeFuture().addListener(ended -> oldestFirst.remove(channel));
        if (oldestFirst.size() > limit) {
            oldestFirst.removeFirst().close();
        }
    }

    /** Ends those whose client waits for nothing but what may come: it comes again if it likes. */
    void closeIdle() {
        List.copyOf(oldestFirst).forEach(channel -> channel.pipeline().fireUserEventTriggered(Event.LET_GO));
    }

    /** What handlers hear of. */
    enum Event {
        LET_GO
    }

    /** Closes every one, and those that still come. */
    void closeAll() {
        closed = true;
        List.copyOf(oldestFirst).forEach(Channel::close);
    }
}
