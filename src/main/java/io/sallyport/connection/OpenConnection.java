package io.sallyport.connection;

import io.sallyport.accesslog.TalliedConnection;
import io.sallyport.metrics.CloseReason;
import java.time.Duration;
import java.util.function.Predicate;

/** A connection as the process sees it. Confined to its event loop. */
interface OpenConnection extends TalliedConnection {
    /** Ends the connection. */
    void close(CloseReason why);

    /**
     * A reload has put something else into service.
     *
     * @param isReplaced says whether the settings of the connection are no longer those in service
     * @param maxAge zero: such a connection goes on until it ends
     */
    void retire(Predicate<ListenerSettings> isReplaced, Duration maxAge);

    /** A reload may have changed who is let in: judges the client again, later, after others. */
    void judgeClientAgain();
}
