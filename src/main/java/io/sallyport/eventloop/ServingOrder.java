package io.sallyport.eventloop;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** What one event loop serves first. Confined to that loop. */
public interface ServingOrder {
    /** Everything as it comes, on transports whose events nothing of ours stands before. */
    ServingOrder AS_IT_COMES = new ServingOrder() {};

    /** From now on these are served at once. */
    default void establish(Channel client, @Nullable Channel backend) {}

    /** From now on this channel is served when nothing else waits. */
    default void accept(Channel channel) {}

    /** Does this as one step of a handshake. */
    default void handshake(Runnable step) {
        step.run();
    }
}
