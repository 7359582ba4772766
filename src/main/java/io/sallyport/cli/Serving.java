package io.sallyport.cli;

import io.sallyport.config.ConfigSource;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.server.ProxyServer;
import io.sallyport.server.generation.StartException;
import io.sallyport.systemd.ServiceSupervisor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server and the signals that it obeys, from before its start to its end. */
final class Serving {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.cli");

    private final CompletableFuture<ProxyServer> started = new CompletableFuture<>();
    private final AtomicInteger stops = new AtomicInteger();
    private final Console console;

    Serving(Console console) {
        this.console = console;
    }

    /** Starts a server under whoever supervises this process, with the signals of a service, and waits for its end. */
    int supervised(ConfigSource source, ProxyConfig config) throws ConfigException, StartException {
        stopOn("TERM", "INT").reloadOn("HUP", "USR1");
        try (ServiceSupervisor supervisor = new ServiceSupervisor(System.getenv())) {
            ProxyServer server = ProxyServer.start(source, config, supervisor);
            supervisor.watch(server::turn);
            return untilStopped(server);
        }
    }

    /**
     * The first of these signals drains, the second stops at once, the third ends the process as it is. One that comes during
     * the start waits for its end.
     */
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
        try {
            stop(signal, stops.incrementAndGet());
        } catch (Error e) {
            halt(e);
        }
    }

    private void stop(String signal, int times) {
        if (times == 1) {
            LOG.info("{}: stopping", signal);
            act(ProxyServer::drain);
            return;
        }
        LOG.info("{} again: stopping at once", signal);
        if (!started.isDone() || times > 2) {
            Runtime.getRuntime().halt(ExitCode.FAILURE); // a start can hang, in a name server for instance
        }
        act(ProxyServer::stopNow);
    }

    private void act(Consumer<ProxyServer> action) {
        started.thenAccept(action).exceptionally(failure -> {
            halt(failure);
            return null;
        });
    }

    /** A signal that is handled has no default action: whoever cannot act on it would leave nobody to end the process. */
    private void halt(Throwable failure) {
        try {
            console.err().println("cannot stop in order: " + failure);
        } finally {
            Runtime.getRuntime().halt(ExitCode.FAILURE);
        }
    }
}
