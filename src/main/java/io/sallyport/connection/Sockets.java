package io.sallyport.connection;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.sallyport.backend.Backend;
import io.sallyport.backend.Dial;
import io.sallyport.connection.relay.ChannelPeer;
import io.sallyport.connection.relay.Peer;
import io.sallyport.tls.record.RecordLayer;

/** How a connection reaches its client and its server: by sockets, except in a test. */
interface Sockets {
    /** Those of the kernel. */
    Sockets REAL = new Sockets() {};

    default Peer client(Channel frontend) {
        return ChannelPeer.client(frontend);
    }

    default Peer server(Channel backend, RecordLayer records) {
        return ChannelPeer.server(backend, records);
    }

    /**
     * Begins to dial, as {@link Dial#begin}.
     *
     * @return gives the dial up
     */
    default Runnable dial(EventLoop loop, Backend pool, Dial.Request request, Dial.Callback outcome) {
        return Dial.begin(loop, pool, request, outcome)::cancel;
    }
}
