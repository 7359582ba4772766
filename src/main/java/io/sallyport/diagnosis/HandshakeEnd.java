package io.sallyport.diagnosis;

import java.util.Locale;

/** How a handshake ended, and by whom. */
public enum HandshakeEnd {
    /** We sent a fatal alert. */
    ALERT_SENT(Side.PROXY),
    /** The client sent a fatal alert. */
    ALERT_RECEIVED(Side.CLIENT),
    /** The client ended its TCP stream. */
    FIN(Side.CLIENT),
    /** The client, or something in between, reset the TCP connection. */
    RESET(Side.CLIENT),
    /** {@code timeouts.handshake} passed. */
    TIMEOUT(Side.PROXY),
    /** We gave up on bytes that are no TLS. */
    GARBAGE(Side.PROXY),
    /** We closed the connection, without an alert. */
    CLOSED(Side.PROXY);

    /** Who ended it. */
    public enum Side {
        CLIENT,
        PROXY;

        /** Lower case, as in logs. */
        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Side side;
    private final String tag = name().toLowerCase(Locale.ROOT);

    HandshakeEnd(Side side) {
        this.side = side;
    }

    public Side side() {
        return side;
    }

    /** Lower case, as in logs. */
    public String tag() {
        return tag;
    }
}
