package io.sallyport.accesslog;

import java.net.InetAddress;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** Where the end of each connection and of some handshakes is written. Never blocks; called by any event loop. */
public interface ConnectionLog {

    void connectionClosed(ConnectionSummary connection);

    /**
     * Whether a failed handshake of this source is to be told of. One that is not is counted, and the number told later.
     *
     * @param source null where the client has no address
     * @param timer runs what has to be done later
     */
    boolean admitsFailure(@Nullable InetAddress source, ScheduledExecutorService timer);

    /** Whether somebody asked to see the good handshakes of this source or to this name; each yes counts. */
    boolean wantsSuccess(@Nullable InetAddress source, @Nullable String serverName);

    void handshakeEnded(HandshakeReport handshake);
}
