package io.sallyport.accept;

import io.netty.channel.Channel;
import io.netty.util.concurrent.EventExecutor;
import io.sallyport.accept.SourceLimiter.Admitted;
import io.sallyport.accept.SourceLimiter.Refused;
import io.sallyport.accept.SourceLimiter.Verdict;
import io.sallyport.eventloop.ServingOrder;
import io.sallyport.metrics.ListenerMeters.Limit;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where the handshakes of one listener begin on one event loop.
 *
 * @param limits what is counted on all loops
 * @param order what is served first
 */
public record HandshakeGate(ListenerLimits limits, EventExecutor loop, ServingOrder order, LimitRefusals refusals) {

    /**
     * Counts a connection for the source that a PROXY protocol header names, until the channel is closed.
     *
     * @return whether the source may have it
     */
    public boolean admits(SocketAddress source, Channel channel, AcceptSettings settings) {
        Verdict verdict = source instanceof InetSocketAddress client
                ? limits.sources().enter(client.getAddress())
                : Admitted.UNCOUNTED;
        if (verdict instanceof Refused refused) {
            refusals.count(settings, LimitRefusals.limit(refused));
        } else if (verdict instanceof Admitted admitted) {
            channel.closeFuture().addListener(closed -> limits.sources().leave(admitted));
            return true;
        }
        return false;
    }

    /** A turn that calls {@code onTurn} where it has to be waited for. */
    public HandshakeTurn turn(Runnable onTurn) {
        return new HandshakeTurn(limits.handshakes(), loop, order, onTurn);
    }

    /** Counts and logs a client that waited in vain. */
    public void shed(AcceptSettings settings) {
        refusals.count(settings, Limit.HANDSHAKES_IN_FLIGHT);
    }

    /** From now on a connection is served before those that are still in their handshake. */
    public void establish(Channel client, @Nullable Channel backend) {
        order.establish(client, backend);
    }
}
