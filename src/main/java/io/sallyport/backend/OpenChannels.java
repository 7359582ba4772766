package io.sallyport.backend;

import io.netty.channel.Channel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The connections to one endpoint that are complete, on whichever event loops they are. Safe for use by any thread. */
final class OpenChannels {
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();

    void add(Channel channel) {
        open.add(channel);
    }

    void remove(Channel channel) {
        open.remove(channel);
    }

    /** Tells each of them, on its own event loop. */
    void tell(ServerEvent event) {
        open.forEach(
                channel -> channel.eventLoop().execute(() -> channel.pipeline().fireUserEventTriggered(event)));
    }
}
