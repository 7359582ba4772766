package io.sallyport.eventloop.epoll;

import java.io.IOException;

/** A connection failed (RST, or the kernel gave its peer up) while it was not read from: what came before is unread. */
final class ConnectionFailedException extends IOException {
    private static final long serialVersionUID = 1;

    ConnectionFailedException() {
        super("the connection failed");
    }

    /** Made for each reset connection; its stack trace would be wasted. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
