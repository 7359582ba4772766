package io.sallyport.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sallyport.accesslog.ConnectionCensus;
import io.sallyport.accesslog.TraceWish;
import io.sallyport.config.LogConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the admin listener shows and sets off. Called on the admin thread: quick, and safe beside all other threads. */
public interface AdminSource {

    /** Where the process is in its life. */
    enum State {
        /** Not every listener accepts yet. */
        STARTING,
        READY,
        /** Asked to stop. */
        DRAINING
    }

    State state();

    /** What every request has to show, but those to {@code /livez} and {@code /readyz}; null: nothing. */
    default @Nullable AdminToken token() {
        return null;
    }

    /**
     * Every meter in Prometheus' text format or in OpenMetrics.
     *
     * @param contentType which of the two: the media type with its version
     */
    String scrape(String contentType);

    /** What {@code /status} answers, as JSON. No secret is part of it. */
    Record status();

    /** What the live page draws of this moment. Asked for every ten seconds, and each second while somebody looks. */
    Record sample();

    /** Writes one JSON value: the latest handshakes that {@code filter} lets through, newest first. */
    void writeHandshakes(JsonGenerator json, ConnectionFilter filter) throws IOException;

    /** Counts the open connections, and keeps those that {@code filter} lets through. Completes on any thread, and at once if it can. */
    CompletableFuture<ConnectionCensus> connections(ConnectionFilter filter);

    /** Shows good handshakes, too, as far as the wish goes; false when too many wishes are open. */
    boolean trace(TraceWish wish);

    /** Logs at another level for so long; asked for the configured one, ends that at once. */
    void logLevel(LogConfig.Level level, Duration time);

    /**
     * Changes what new connections a server gets.
     *
     * @return why not: there is no such server; null: done
     */
    @Nullable
    String change(ServerChange change);

    /** Sets off the drain that SIGTERM sets off, and returns at once. */
    void drain();

    /** Sets off a reload, and returns at once; null where there is none, and {@code /reload} does not exist then. */
    default @Nullable Runnable reload() {
        return null;
    }
}
