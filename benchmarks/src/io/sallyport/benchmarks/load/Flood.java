package io.sallyport.benchmarks.load;

import io.netty.channel.EventLoopGroup;
import java.util.concurrent.ExecutionException;

/**
 * Handshakes without a pause, on as many lanes all the time, until it is ended.
 *
 * <p>Pieces of a counted work would begin with all lanes at once and end with few: neither is what a flood is like.
 */
final class Flood {
    private final Client client;
    private final Handshakes handshakes;

    Flood(Client client, EventLoopGroup loops, int lanes) {
        this.client = client;
        this.handshakes = new Handshakes(client, loops, Handshakes.UNTIL_ENDED, lanes);
        handshakes.start();
    }

    /** Handshakes done so far. */
    long count() throws InterruptedException, ExecutionException {
        return handshakes.loop.submit(handshakes.figures::count).get();
    }

    /** Returns the figures of all of it as one line. */
    String end(int seconds) throws InterruptedException {
        try (client) {
            handshakes.loop.execute(handshakes::end);
            return handshakes.await(seconds);
        }
    }
}
