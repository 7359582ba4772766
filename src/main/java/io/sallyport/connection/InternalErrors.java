package io.sallyport.connection;

import io.sallyport.log.RateLimitedLog;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The log for what should never happen, but may with each connection if it does. */
final class InternalErrors {
    private final RateLimitedLog lines = new RateLimitedLog(LoggerFactory.getLogger("sallyport.connection"));

    void log(String connectionId, Throwable cause) {
        lines.at(Level.ERROR)
                .setCause(cause)
                .addKeyValue("connection", connectionId)
                .log("internal error: {}", cause.toString());
    }
}
