package io.sallyport.metrics;

import java.util.Locale;

/** Why a connection ended, and whose doing it was. The closed set behind {@code connections_closed_total{reason}}. */
public enum CloseReason {
    /** The client said close_notify first, and everything that was under way arrived. */
    CLIENT_CLOSED(Side.CLIENT),
    /** The client's TCP stream ended without close_notify. */
    TRUNCATED(Side.CLIENT),
    /** The client reset the TCP connection, or took nothing for so long that the kernel gave it up. */
    CLIENT_RESET(Side.CLIENT),
    /** The client broke TLS after the handshake: a record that does not decrypt, a fatal alert. */
    CLIENT_TLS_ERROR(Side.CLIENT),
    /** The TLS handshake failed; the failure line has the reason. */
    HANDSHAKE_FAILED(Side.CLIENT),
    /** Where plain HTTP is redirected: what came is no request, or for no name of ours, or not in time. */
    REQUEST_REFUSED(Side.CLIENT),
    /** A TCP connection that came and went without a byte. */
    BARE_PROBE(Side.CLIENT),
    /** The backend ended its stream first. */
    BACKEND_CLOSED(Side.BACKEND),
    /** The backend reset the TCP connection, or took nothing for so long that the kernel gave it up. */
    BACKEND_RESET(Side.BACKEND),
    /** No server of the backend could be reached. */
    BACKEND_UNREACHABLE(Side.BACKEND),
    /** The backend ended its TCP stream without close_notify, or in the middle of a record. */
    BACKEND_TRUNCATED(Side.BACKEND),
    /** The backend broke TLS after the handshake: a record that does not decrypt, a fatal alert. */
    BACKEND_TLS_ERROR(Side.BACKEND),
    /** No server of the backend could be spoken to by TLS. */
    BACKEND_TLS_FAILED(Side.BACKEND),
    /** Every server of the backend has as many connections as it may, and as many clients wait as may. */
    QUEUE_FULL(Side.BACKEND),
    /** The same, and there was no room within {@code queue.deadline}. */
    QUEUE_TIMEOUT(Side.BACKEND),
    /** The client ended its TCP stream while it waited for room at a server. */
    QUEUE_LEFT(Side.CLIENT),
    /** No byte in either direction for {@code timeouts.idle}. */
    IDLE_TIMEOUT(Side.PROXY),
    /** {@code timeouts.half-close} passed after the first end of stream. */
    HALF_CLOSE_TIMEOUT(Side.PROXY),
    /** The process had no direct memory left for its bytes. */
    OUT_OF_MEMORY(Side.PROXY),
    /** {@code timeouts.max-lifetime} passed. */
    MAX_LIFETIME(Side.PROXY),
    /** {@code reload.max-age} passed since a reload replaced what the connection began with. */
    MAX_AGE(Side.PROXY),
    /** The client's certificate came to its end while it was connected. */
    CLIENT_CERTIFICATE_EXPIRED(Side.PROXY),
    /** A revocation list that was loaded since names the client's certificate. */
    CLIENT_CERTIFICATE_REVOKED(Side.PROXY),
    /** The trust anchors or access rules that were loaded since refuse the client's certificate. */
    CLIENT_CERTIFICATE_REFUSED(Side.PROXY),
    /** {@code sources} of the listener do not take the client; the failure line says which. */
    SOURCE_DENIED(Side.PROXY),
    /** The server went down, and {@code on-down = close} ends its connections. */
    BACKEND_DOWN(Side.PROXY),
    /** The client was told to come by https. */
    REDIRECTED(Side.PROXY),
    /** A certificate authority has seen that a name leads here. */
    ACME_CHALLENGE(Side.PROXY),
    /** The drain's deadline passed, or a second signal came. */
    DRAIN_DEADLINE(Side.PROXY),
    /** A fault of Sallyport's own. */
    INTERNAL_ERROR(Side.PROXY);

    /** Who ended it. */
    public enum Side {
        CLIENT,
        BACKEND,
        PROXY;

        private final String tag = name().toLowerCase(Locale.ROOT);

        /** Lower case, as in logs. */
        public String tag() {
            return tag;
        }
    }

    private final Side side;
    private final String tag = name().toLowerCase(Locale.ROOT);

    CloseReason(Side side) {
        this.side = side;
    }

    public Side side() {
        return side;
    }

    /** The label value. */
    public String tag() {
        return tag;
    }
}
