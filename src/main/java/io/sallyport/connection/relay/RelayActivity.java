package io.sallyport.connection.relay;

import io.netty.util.concurrent.Ticker;
import io.sallyport.metrics.Direction;

/** How much was relayed, and when last. */
final class RelayActivity {
    private static final int RELAYS_OF_A_PROBE = 4;

    private final RelayOwner owner;
    private final Ticker ticker;
    private long relays;
    private long last;

    RelayActivity(RelayOwner owner, Ticker ticker) {
        this.owner = owner;
        this.ticker = ticker;
        this.last = ticker.nanoTime();
    }

    void relayed(Direction direction, int bytes) {
        relays++;
        if (relays == RELAYS_OF_A_PROBE) {
            owner.onEstablished();
        }
        owner.onBytes(direction, bytes);
        last = ticker.nanoTime();
    }

    /** The server is connected: the time of the dial was not idle. */
    void connected() {
        last = ticker.nanoTime();
    }

    /** Since the last byte in either direction. */
    long idleNanos() {
        return ticker.nanoTime() - last;
    }
}
