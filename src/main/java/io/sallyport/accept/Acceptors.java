package io.sallyport.accept;

import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The listening channels of one listener on one address: one on each event loop, or one for all. */
public final class Acceptors {
    private final List<Acceptor> acceptors;
    private final boolean isInherited;

    public record Acceptor(Channel channel, AcceptGate gate) {}

    public Acceptors(List<Acceptor> acceptors) {
        this(acceptors, false);
    }

    /** @param isInherited whether another process keeps the socket open: what is queued there waits for our successor */
    public Acceptors(List<Acceptor> acceptors, boolean isInherited) {
        this.acceptors = List.copyOf(acceptors);
        this.isInherited = isInherited;
    }

    public SocketAddress address() {
        return acceptors.get(0).channel().localAddress();
    }

    /** Begins to accept. */
    public void accept() {
        acceptors.forEach(acceptor -> acceptor.channel().config().setAutoRead(true));
    }

    /** The listening channels that show their descriptors: none on the JDK's sockets. */
    public List<UnixChannel> withDescriptors() {
        return acceptors.stream()
                .map(Acceptor::channel)
                .filter(UnixChannel.class::isInstance)
                .map(UnixChannel.class::cast)
                .toList();
    }

    /**
     * Closes the listening channels and waits until they are; accepted and queued connections go on.
     *
     * @param handedOver whether the kernel gives new clients to another process already, so that only handshakes of TCP
     *     that began here are waited for
     */
    public void close(boolean handedOver) {
        List<Acceptor> open =
                acceptors.stream().filter(each -> each.channel().isOpen()).toList();
        if (!isInherited) {
            // All are closed together: the kernel may hand a client of a closed one to another that is about to close.
            CompletableFuture.allOf(open.stream()
                            .map(each -> each.gate().whenQuiet(each.channel(), handedOver))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        }
        open.forEach(each -> each.channel().close());
        acceptors.forEach(each -> each.channel().closeFuture().awaitUninterruptibly());
    }
}
