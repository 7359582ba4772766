package io.sallyport.connection;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.sallyport.accept.HandshakeGate;
import io.sallyport.connection.relay.Peer;

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
}
