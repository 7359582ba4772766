package io.sallyport.connection.relay;

import io.sallyport.metrics.CloseReason;
import io.sallyport.metrics.Direction;

/** What a relay reports to the connection that it is a part of. */
public interface RelayOwner {
    /** Bytes are on their way to the kernel. */
    void onBytes(Direction direction, int bytes);

    /** More has been relayed than by a client that connects, asks once and leaves. */
    void onEstablished();

    /** A stream has ended, or a peer's connection has failed: what is left is bounded in time. */
    void onHalfClosed();

    /**
     * Nothing is left to be relayed, and everything that was under way is with the kernel. Once; the owner then calls
     * {@link Relay#release}.
     */
    void onEnd(CloseReason why, Ending.Stage stage);
}
