package io.sallyport.connection.relay;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Ticker;
import io.sallyport.metrics.Direction;

/**
 * The bytes between a client and its server, each way on its own. What comes before the server is connected waits here.
 *
 * <p>Confined to the event loop of both peers.
 */
public final class Relay {
    private final RelayActivity activity;
    private final RelayDirection toBackend;
    private final RelayDirection toClient;
    private final StreamEnds ends;

    /**
     * Holds what the client sends until {@link #open}.
     *
     * @param endsAtOnce whether the end of one stream ends the other ({@code timeouts.half-close = 0s})
     */
    public Relay(Peer client, boolean endsAtOnce, RelayOwner owner, Ticker ticker) {
        activity = new RelayActivity(owner, ticker);
        toBackend = new RelayDirection(Direction.CLIENT_TO_BACKEND, activity);
        toClient = new RelayDirection(Direction.BACKEND_TO_CLIENT, activity);
        toBackend.comesFrom(client);
        toClient.goesTo(client);
        ends = new StreamEnds(client, toBackend, toClient, endsAtOnce, owner);
    }

    /** The server is connected: what waited goes first. */
    public void open(Peer backend) {
        toBackend.goesTo(backend);
        toClient.comesFrom(backend);
        activity.connected();
        toBackend.flush();
        backend.read();
        ends.open(backend);
    }

    /** Whether more of the client may be held until {@link #open}. */
    public boolean mayHoldMore() {
        return toBackend.mayHoldMore();
    }

    /** Releases what waits for the server. Nothing is relayed or reported any more. */
    public void release() {
        ends.release();
        toBackend.release();
    }

    /** What becomes of the ends of the streams. */
    public StreamEnds ends() {
        return ends;
    }

    /** Since the last byte in either direction. */
    public long idleNanos() {
        return activity.idleNanos();
    }

    public void onClientData(ByteBuf data) {
        if (ends.isReleased()) {
            data.release();
        } else {
            toBackend.write(data);
        }
    }

    public void onClientReadComplete() {
        if (!ends.isReleased()) {
            toBackend.flush();
            ends.onClientReadComplete();
        }
    }

    public void onBackendWritabilityChanged() {
        if (!ends.isReleased()) {
            toBackend.read();
        }
    }

    public void onBackendData(ByteBuf data) {
        if (ends.isReleased()) {
            data.release();
        } else {
            toClient.write(data);
        }
    }

    public void onBackendReadComplete() {
        if (!ends.isReleased()) {
            toClient.flush();
            toClient.read();
        }
    }

    public void onClientWritabilityChanged() {
        if (!ends.isReleased()) {
            toClient.read();
        }
    }
}
