package io.sallyport.observe;

/** Where the end of each connection and each failed handshake is written. Never blocks. */
public interface ConnectionLog {

    void connectionClosed(ConnectionSummary connection);

    void handshakeFailed(FailedHandshake handshake);
}
