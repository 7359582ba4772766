package io.sallyport.cli;

import io.sallyport.server.ProxyServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server and the signals that it obeys, from before its start to its end. */
final class Serving {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.cli");

    private final CompletableFuture<ProxyServer> started = new CompletableFuture<>();
    private final AtomicBoolean stopping = new AtomicBoolean();

    /** The first of these signals drains, the second stops at once. One that comes during the start waits for its end. */
    Serving stopOn(String... signals) {
        for (String signal : signals) {
            OsSignals.handle(signal, () -> stop("SIG" + signal));
        }
        return this;
    }

    Serving reloadOn(String... signals) {
        for (String signal : signals) {
            OsSignals.handle(signal, () -> started.thenAccept(server -> server.reload("SIG" + signal)));
        }
        return this;
    }

    /**
     * Waits.
     *
     * @return the exit code: a failure when connections were cut
     */
    int untilStopped(ProxyServer server) {
        started.complete(server);
        return server.stopped().join() ? ExitCode.OK : ExitCode.FAILURE;
    }

    private void stop(String signal) {
        if (stopping.compareAndSet(false, true)) {
            LOG.info("{}: stopping", signal);
            started.thenAccept(ProxyServer::drain);
            return;
        }
        LOG.info("{} again: stopping at once", signal);
        if (!started.isDone()) {
            Runtime.getRuntime().halt(ExitCode.FAILURE); // a start can hang, in a name server for instance
        }
        started.thenAccept(ProxyServer::stopNow);
    }
}
