package io.sallyport.backend;

import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.sallyport.eventloop.SocketError;
import io.sallyport.eventloop.SourceAddress;
import io.sallyport.forwardproxy.TunnelException;
import io.sallyport.metrics.BackendMeters.ConnectFailure;
import io.sallyport.starttls.StartTlsException;
import io.sallyport.tls.trust.ServerCertificateException;
import java.net.NoRouteToHostException;

/**
 * Why a connection to a server cannot be made.
 *
 * @param words for the log
 */
record ConnectTrouble(ConnectFailure reason, String words) {
    /**
     * Read off what was thrown.
     *
     * @param stood whether the TCP connection stood
     */
    static ConnectTrouble of(Throwable cause, boolean stood) {
        return new ConnectTrouble(reason(cause, stood), words(cause));
    }

    private static ConnectFailure reason(Throwable cause, boolean stood) {
        if (cause instanceof TunnelException refusal) {
            return tunnelReason(refusal);
        }
        if (cause instanceof StartTlsException refusal) {
            return startTlsReason(refusal);
        }
        return stood ? tlsReason(cause) : socketReason(cause);
    }

    /** The address that it is to come from cannot be used. */
    static ConnectTrouble ofSource(SourceAddress source, Throwable cause) {
        return new ConnectTrouble(ConnectFailure.SOURCE_UNUSABLE, "not from " + source + ": " + words(root(cause)));
    }

    /** There is no TCP connection to the proxy on the way. */
    static ConnectTrouble ofProxy(Via via, Throwable cause) {
        ConnectFailure reason = socketReason(cause);
        return new ConnectTrouble(
                reason.isOurs() ? reason : ConnectFailure.PROXY_UNREACHABLE,
                "the proxy " + via + " cannot be reached: " + words(cause));
    }

    /** The proxy on the way has no address, or none that can be reached from where the connection is to come from. */
    static ConnectTrouble ofLostProxy(Via via) {
        return new ConnectTrouble(ConnectFailure.PROXY_UNREACHABLE, "the proxy " + via + " has no address for us");
    }

    /** @param stood whether the TCP connection to the proxy stood */
    static ConnectTrouble ofSilentProxy(Via via, boolean stood) {
        return stood
                ? new ConnectTrouble(
                        ConnectFailure.PROXY_TIMEOUT,
                        "the proxy " + via + " has not connected us within connect.timeout")
                : new ConnectTrouble(
                        ConnectFailure.PROXY_UNREACHABLE,
                        "the proxy " + via + " does not answer within connect.timeout");
    }

    private static String words(Throwable cause) {
        if (cause instanceof NoRouteToHostException) {
            return "no route to host"; // The message of Netty's own is "null" and the address.
        }
        return ServerCertificateException.in(cause)
                .map(Throwable::getMessage)
                .orElse(cause.getMessage() == null ? cause.toString() : cause.getMessage());
    }

    private static Throwable root(Throwable thrown) {
        Throwable at = thrown;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at;
    }

    private static ConnectFailure tunnelReason(TunnelException cause) {
        return switch (cause.kind()) {
            case REFUSED -> ConnectFailure.PROXY_REFUSED;
            case BROKEN -> ConnectFailure.PROXY_FAILED;
            case SERVER_REFUSES -> ConnectFailure.REFUSED;
            case SERVER_UNREACHABLE -> ConnectFailure.UNREACHABLE;
            case SERVER_SILENT -> ConnectFailure.TIMEOUT;
        };
    }

    private static ConnectFailure startTlsReason(StartTlsException cause) {
        return switch (cause.kind()) {
            case REFUSED -> ConnectFailure.STARTTLS_REFUSED;
            case BROKEN -> ConnectFailure.STARTTLS_FAILED;
            case LATE -> ConnectFailure.STARTTLS_TIMEOUT;
        };
    }

    private static ConnectFailure tlsReason(Throwable cause) {
        if (cause instanceof SslHandshakeTimeoutException) {
            return ConnectFailure.TLS_TIMEOUT;
        }
        return ServerCertificateException.in(cause)
                .map(refusal -> switch (refusal.failure()) {
                    case UNTRUSTED -> ConnectFailure.TLS_UNTRUSTED;
                    case EXPIRED -> ConnectFailure.TLS_EXPIRED;
                    case WRONG_NAME -> ConnectFailure.TLS_WRONG_NAME;
                    case REFUSED_BY_RULE -> ConnectFailure.TLS_REFUSED;
                })
                .orElse(ConnectFailure.TLS_FAILED);
    }

    private static ConnectFailure socketReason(Throwable cause) {
        return switch (SocketError.of(cause)) {
            case CONNECTION_REFUSED, NO_SUCH_FILE, RESET, PERMISSION_DENIED -> ConnectFailure.REFUSED;
            case TIMED_OUT -> ConnectFailure.TIMEOUT;
            case UNREACHABLE -> ConnectFailure.UNREACHABLE;
            case TOO_MANY_OPEN_FILES -> ConnectFailure.TOO_MANY_OPEN_FILES;
            // What connect(2) says without a port to come from.
            case ADDRESS_NOT_AVAILABLE -> ConnectFailure.NO_FREE_PORT;
            case ADDRESS_IN_USE, OTHER -> ConnectFailure.OTHER;
        };
    }
}
