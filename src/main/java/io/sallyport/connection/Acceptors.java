package io.sallyport.connection;

import io.netty.channel.Channel;
import java.net.SocketAddress;
import java.util.List;

/** The listening channels of one listener on one address: one on each event loop, or one for all. */
public final class Acceptors {
    private final List<Acceptor> acceptors;

    record Acceptor(Channel channel, AcceptGate gate) {}

    Acceptors(List<Acceptor> acceptors) {
        this.acceptors = List.copyOf(acceptors);
    }

    public SocketAddress address() {
        return acceptors.get(0).channel().localAddress();
    }

    /** Begins to accept. */
    public void accept() {
        acceptors.forEach(acceptor -> acceptor.channel().config().setAutoRead(true));
    }

    /** Closes the listening channels and waits until they are; accepted connections go on. */
    public void close() {
        acceptors.stream()
                .map(acceptor -> acceptor.channel().close())
                .toList()
                .forEach(closing -> closing.awaitUninterruptibly());
    }
}
