package io.sallyport.cli;

import io.sallyport.server.ProxyServer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A started server until its end: the first SIGTERM or SIGINT drains it, the second stops it at once. */
final class Serving {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.cli");

    private final ProxyServer server;
    private final AtomicBoolean asked = new AtomicBoolean();

    Serving(ProxyServer server) {
        this.server = server;
    }

    /**
     * Waits.
     *
     * @return the exit code: a failure when connections were cut
     */
    int untilStopped() {
        OsSignals.handle("TERM", () -> stop("SIGTERM"));
        OsSignals.handle("INT", () -> stop("SIGINT"));
        OsSignals.handle("HUP", () -> server.reload("SIGHUP"));
        OsSignals.handle("USR1", () -> server.reload("SIGUSR1"));
        return server.stopped().join() ? ExitCode.OK : ExitCode.FAILURE;
    }

    private void stop(String signal) {
        if (asked.compareAndSet(false, true)) {
            LOG.info("{}: stopping", signal);
            server.drain();
        } else {
            LOG.info("{} again: stopping at once", signal);
            server.stopNow();
        }
    }
}
