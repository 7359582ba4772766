package io.sallyport.accept;

import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

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
     * Begins to close the listening channels; accepted and queued connections go on.
     *
     * @param handedOver whether the kernel gives new clients to another process already, so that only handshakes of TCP
     *     that began here are waited for
     * @return completes on an event loop, once all are closed
     */
    public CompletableFuture<Void> close(boolean handedOver) {
        if (isInherited) {
            return closeNow();
        }
        // All are closed together: the kernel may hand a client of a closed one to another that is about to close.
        return all(acceptors.stream()
                        .filter(each -> each.channel().isOpen())
                        .map(each -> each.gate().whenQuiet(each.channel(), handedOver)))
                .thenCompose(quiet -> closeNow());
    }

    private CompletableFuture<Void> closeNow() {
        return all(acceptors.stream().map(each -> closed(each.channel())));
    }

    private static CompletableFuture<Void> closed(Channel channel) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        channel.close();
        channel.closeFuture().addListener(done -> closed.complete(null));
        return closed;
    }

    private static CompletableFuture<Void> all(Stream<CompletableFuture<Void>> each) {
        return CompletableFuture.allOf(each.toArray(CompletableFuture<?>[]::new));
    }
}
