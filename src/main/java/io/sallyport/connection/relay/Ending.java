package io.sallyport.connection.relay;

import io.sallyport.metrics.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * What each side gets at the end of a connection.
 *
 * <p>close_notify and FIN say "this was all" (RFC 8446 section 6.1), so only a side that has all of it gets them. The others
 * get a FIN alone or a reset, and take nothing that was cut for whole.
 *
 * @param server nobody gets it where no server is connected
 */
public record Ending(Close client, Close server) {

    /** How one side is closed. */
    public enum Close {
        /** close_notify, FIN, and a wait for the peer's FIN. */
        ORDERLY,
        /** The same, and what the peer is still sending is read and thrown away: unread, it would bring a reset. */
        DISCARDING,
        /** FIN without close_notify. */
        WITHOUT_CLOSE_NOTIFY,
        /** A reset as soon as everything written has arrived. */
        RESET_ONCE_DELIVERED,
        /** A reset at once. */
        RESET
    }

    /** How far the two streams have come when the connection ends. */
    public enum Stage {
        /** Nothing is relayed yet, and there is no server. */
        ADMISSION,
        /** Neither stream has ended. */
        OPEN,
        /** The client's has ended, and the server has all of it. */
        CLIENT_ENDED,
        /** The server's has ended, or nothing of it can reach the client any more. */
        SERVER_ENDED,
        /** Both. */
        BOTH_ENDED,
        /** The client's broke off inside a record; its connection stands. */
        CLIENT_CUT,
        /** The client's connection has failed. */
        CLIENT_FAILED,
        /** The server's connection has failed, or its stream broke off. */
        SERVER_FAILED
    }

    /** A limit has no room for the client: a reset costs least, and an alert would say that something is wrong with it. */
    public static final Ending OVERLOAD = new Ending(Close.RESET, Close.RESET);

    /** A client that may still be sending has its answer. */
    public static final Ending ANSWERED = new Ending(Close.DISCARDING, Close.ORDERLY);

    /** The table. */
    public static Ending of(CloseReason why, Stage stage) {
        if (why == CloseReason.INTERNAL_ERROR
                || why == CloseReason.OUT_OF_MEMORY
                // Costs least, and tells nothing.
                || why == CloseReason.SOURCE_DENIED) {
            return new Ending(Close.RESET, Close.RESET);
        }
        return switch (stage) {
            case ADMISSION, BOTH_ENDED -> new Ending(Close.ORDERLY, Close.ORDERLY);
            case OPEN ->
                isCutShort(why)
                        ? new Ending(Close.WITHOUT_CLOSE_NOTIFY, cutServer(why))
                        : new Ending(Close.DISCARDING, Close.ORDERLY);
            case CLIENT_ENDED ->
                new Ending(isCutShort(why) ? Close.WITHOUT_CLOSE_NOTIFY : Close.ORDERLY, Close.ORDERLY);
            case SERVER_ENDED ->
                isCutShort(why)
                        ? new Ending(Close.ORDERLY, cutServer(why))
                        : new Ending(Close.DISCARDING, Close.ORDERLY);
            case CLIENT_CUT -> new Ending(Close.ORDERLY, Close.RESET_ONCE_DELIVERED);
            case CLIENT_FAILED -> new Ending(Close.RESET, Close.RESET_ONCE_DELIVERED);
            case SERVER_FAILED -> new Ending(Close.RESET_ONCE_DELIVERED, Close.RESET);
        };
    }

    /** Whether the proxy ends what its peers have not ended. */
    private static boolean isCutShort(CloseReason why) {
        return why.side() == CloseReason.Side.PROXY;
    }

    /** After {@code timeouts.idle} no request is half sent, so a FIN is enough. */
    private static Close cutServer(CloseReason why) {
        return why == CloseReason.IDLE_TIMEOUT ? Close.WITHOUT_CLOSE_NOTIFY : Close.RESET;
    }

    /** Closes both. */
    public void apply(Peer toClient, @Nullable Peer toServer) {
        close(toClient, client);
        if (toServer != null) {
            close(toServer, server);
        }
    }

    private static void close(Peer peer, Close how) {
        switch (how) {
            case ORDERLY -> peer.close();
            case DISCARDING -> peer.closeDiscarding();
            case WITHOUT_CLOSE_NOTIFY -> peer.cut();
            case RESET_ONCE_DELIVERED -> peer.resetOnceDelivered();
            case RESET -> peer.reset();
        }
    }
}
