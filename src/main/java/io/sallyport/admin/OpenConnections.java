package io.sallyport.admin;

import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Deque;

/** Bounds the open connections by closing the oldest: idle clients must not lock out a health probe. One thread only. */
final class OpenConnections {
    private final int limit;
    private final Deque<Channel> oldestFirst = new ArrayDeque<>();

    OpenConnections(int limit) {
        this.limit = limit;
    }

    void add(Channel channel) {
        oldestFirst.addLast(channel);
        channel.closeFuture().addListener(closed -> oldestFirst.remove(channel));
        if (oldestFirst.size() > limit) {
            oldestFirst.removeFirst().close();
        }
    }
}
