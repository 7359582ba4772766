package io.sallyport.connection;

import io.sallyport.log.RateLimitedLog;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The log for what should never happen, but may with each connection if it does. */
final class InternalErrors {
    private final RateLimitedLog log = new RateLimitedLog(LoggerFactory.getLogger("sallyport.connection"));

    void tell(String connectionId, Throwable cause) {
        log.at(Level.ERROR)
                .setCause(cause)
                .addKeyValue("connection", connectionId)
                .log("internal error: {}", cause.toString());
    }
}
