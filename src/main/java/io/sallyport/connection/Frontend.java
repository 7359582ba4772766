package io.sallyport.connection;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.sallyport.accept.HandshakeGate;
import io.sallyport.backend.Dial;
import io.sallyport.config.value.StartTls;
import io.sallyport.connection.relay.Peer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The client's half of one connection, and what goes with the connection from accept to close.
 *
 * @param id the connection's, for logs
 * @param client what the channel leads to
 */
record Frontend(
        String id,
        Channel channel,
        Peer client,
        ClientOrigin origin,
        ConnectionJournal journal,
        Deadlines deadlines,
        HandshakeGate gate,
        InternalErrors errors,
        Sockets sockets) {

    EventLoop loop() {
        return channel.eventLoop();
    }

    /** What it wants of a backend; as {@link Dial.Request}. */
    Dial.Request asks(@Nullable String protocol, StartTls asked, boolean isTerminated, Duration longestWait) {
        return new Dial.Request(id, origin.address(), protocol, asked, isTerminated, longestWait);
    }
}
