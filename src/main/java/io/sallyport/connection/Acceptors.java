package io.sallyport.connection;

import io.netty.channel.Channel;
import java.net.SocketAddress;
import java.util.List;

/** The listening channels of one listener on one address: one on each event loop, or one for all. */
public final class Acceptors {
    private final List<Acceptor> acceptors;
    private final boolean outlivesUs;

    record Acceptor(Channel channel, AcceptGate gate) {}

    Acceptors(List<Acceptor> acceptors) {
        this(acceptors, false);
    }

    /** @param outlivesUs whether somebody else keeps the socket open: what is queued stays queued for our successor */
    Acceptors(List<Acceptor> acceptors, boolean outlivesUs) {
        this.acceptors = List.copyOf(acceptors);
        this.outlivesUs = outlivesUs;
    }

    public SocketAddress address() {
        return acceptors.get(0).channel().localAddress();
    }

    /** Begins to accept. */
    public void accept() {
        acceptors.forEach(acceptor -> acceptor.channel().config().setAutoRead(true));
    }

    /** Closes the listening channels and waits until they are; accepted and queued connections go on. */
    public void close() {
        for (Acceptor acceptor : acceptors) {
            Channel listening = acceptor.channel();
            if (outlivesUs || !listening.isOpen()) {
                listening.close();
            } else {
                listening.eventLoop().execute(() -> acceptor.gate().closeBehindTheQueue(listening));
            }
        }
        acceptors.forEach(acceptor -> acceptor.channel().closeFuture().awaitUninterruptibly());
    }
}
