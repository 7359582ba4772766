package io.sallyport.connection;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log for what should never happen. */
final class InternalErrors {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.connection");

    private InternalErrors() {}

    static void log(String connectionId, Throwable cause) {
        LOG.atError()
                .setCause(cause)
                .addKeyValue("connection", connectionId)
                .log("internal error: {}", cause.toString());
    }
}
