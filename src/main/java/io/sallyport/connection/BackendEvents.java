package io.sallyport.connection;

import io.netty.buffer.ByteBuf;

/** What happens on the backend's side of a connection. */
interface BackendEvents {
    /** Takes over the reference. */
    void onBackendData(ByteBuf data);

    void onBackendReadComplete();

    void onBackendWritabilityChanged();

    /** The backend's close_notify, or its FIN. */
    void onBackendEndOfStream();

    /** A write to the backend failed. */
    void onBackendOutputShutdown();

    /** The server is down, and its connections are not to go on. */
    void onBackendDown();

    void onBackendException(Throwable cause);
}
