package io.sallyport.server.lifecycle;

import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.metrics.CloseReason;
import io.sallyport.server.generation.Published;
import io.sallyport.server.generation.Staged;
import io.sallyport.server.reload.FileWatcher;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's life. Whatever changes it is a message to the control thread: start, reload, rotation of ticket keys, drain,
 * stop. What is public here may be called on any thread.
 */
public final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.server");

    /** Clients that do not take their close are given so long. */
    private static final Duration CUT = Duration.ofSeconds(2);

    /** A name server may hold a load up for longer; the process ends without it then. */
    private static final Duration LAST_LOAD = Duration.ofSeconds(5);

    private final ServerParts parts;
    private final Supervisor supervisor;
    private final ControlThread control = new ControlThread("sallyport-control");
    private final Published published = new Published();
    private final FileWatcher watcher;
    private final LoaderThread loader;
    private final Reloads reloads;
    private final Drain drain;
    private final Generations generations;
    private final CompletableFuture<Boolean> stopped = new CompletableFuture<>();
    private LifecycleHooks companion = LifecycleHooks.NONE;
    private volatile LifecycleState state = LifecycleState.STARTING;
    private boolean drainBegun;

    /** A server that serves nothing yet. Its threads are started. */
    public Lifecycle(ServerParts parts, ProxyConfig config, Supervisor supervisor) {
        this.parts = parts;
        this.supervisor = supervisor;
        InstantSource clock = InstantSource.system();
        this.generations = new Generations(
                parts, published, supervisor.sockets(), new TicketRotation(control, published, clock), clock);
        this.watcher = new FileWatcher(config.reload().watch(), config.reload().poll(), this::lookAtFiles);
        this.loader = new LoaderThread(parts.source(), parts.transport(), parts.loader(), watcher);
        this.reloads = new Reloads(control, loader, published, this::replace, parts.meters());
        this.drain = new Drain(control, this::closeListeners, parts.loops()::whenEmpty, this::stop);
        parts.loops().lost().thenRun(this::abandon);
        parts.backends().lost().thenRun(this::abandon);
    }

    /**
     * Puts the first generation into service: binds every listener, and accepts.
     *
     * @param companion serves and ends with it
     * @param others problems that there are already; with any, nothing serves
     * @return those and every listener that cannot be bound; with any, nothing is left bound
     */
    public List<ConfigProblem> start(Staged staged, LifecycleHooks companion, List<ConfigProblem> others) {
        return control.<List<ConfigProblem>>ask(answer -> answer.complete(serve(staged, companion, others)), List.of())
                .join();
    }

    /** Ends what never served, or what failed on its way to that: sockets are closed, and threads end. */
    public void abort() {
        if (state == LifecycleState.STOPPED) {
            return;
        }
        watcher.close();
        loader.close();
        control.send(() -> {
            advance(LifecycleState.STOPPED);
            try {
                generations.closeListeners();
                generations.end();
            } finally {
                stopped.complete(false);
                control.stop();
            }
        });
        stopped.join();
    }

    /** What is in service, by one reference. */
    public Published published() {
        return published;
    }

    public LifecycleState state() {
        return state;
    }

    public ReloadOutcome lastReload() {
        return reloads.last();
    }

    /**
     * Opens the file of the access log again, whatever comes of the rest; reads the configuration and all files again, and
     * puts them into service or leaves everything as it is.
     *
     * @param asker for the log
     * @return completes when it is decided: whether nothing is wrong
     */
    public CompletableFuture<Boolean> reload(String asker) {
        parts.accessLog().reopen();
        return control.ask(answer -> reload(asker, answer), false);
    }

    /** The files may have changed; returns when it is decided. */
    public void lookAtFiles() {
        control.<ReloadOutcome>ask(this::reloadIfChanged, reloads.last()).join();
    }

    /**
     * Drains as the configuration says; asking again changes nothing.
     *
     * @return completes after everything is stopped: whether the last connection ended before the deadline
     */
    public CompletableFuture<Boolean> drain() {
        sayDraining();
        control.send(() -> {
            beginDrain();
            drain.begin(published.get().config().drain());
        });
        return stopped;
    }

    /** Closes everything at once; the future of {@link #drain} completes with false where connections were cut. */
    public CompletableFuture<Boolean> stopNow() {
        sayDraining();
        control.send(() -> {
            beginDrain();
            drain.cutShort();
        });
        return stopped;
    }

    /** Completes when a drain has ended, whatever began it; begins none. */
    public CompletableFuture<Boolean> stopped() {
        return stopped;
    }

    /** Ends the process: one that listens and does not answer would never be restarted by its supervisor. */
    public void abandon() {
        advance(LifecycleState.STOPPED);
        try {
            LOG.error("an event loop ended by an error: what it served hangs, so the process ends");
        } finally {
            // Nothing is closed: the loops that would do it may be gone.
            stopped.complete(false);
        }
    }

    /** On any thread: /readyz must say it at once, however much the control thread has to do before. */
    private void sayDraining() {
        if (state == LifecycleState.READY && advance(LifecycleState.DRAINING)) {
            parts.meters().draining(true);
        }
    }

    /** On any thread: a life only goes forward. Returns whether it went. */
    private synchronized boolean advance(LifecycleState next) {
        boolean isLater = next.compareTo(state) > 0;
        if (isLater) {
            state = next;
        }
        return isLater;
    }

    // ---- on the control thread

    private List<ConfigProblem> serve(Staged staged, LifecycleHooks with, List<ConfigProblem> others) {
        List<ConfigProblem> problems = generations.begin(staged, others);
        if (!problems.isEmpty()) {
            return problems;
        }
        companion = with;
        advance(LifecycleState.READY);
        companion.onServing();
        companion.onConfiguration(staged.config());
        loader.watch(staged.config());
        if (loader.isReloadable()) {
            watcher.start();
        }
        parts.loops().watchDelay(parts.meters()::loopDelayed);
        supervisor.onReady();
        return List.of();
    }

    private List<ConfigProblem> replace(Staged staged) {
        List<ConfigProblem> problems = generations.replace(staged);
        if (problems.isEmpty()) {
            companion.onConfiguration(staged.config());
        }
        return problems;
    }

    private void reload(String asker, CompletableFuture<Boolean> answer) {
        if (state != LifecycleState.READY) {
            LOG.info("reload ignored: stopping");
            answer.complete(false);
            return;
        }
        LOG.atInfo().addKeyValue("asked_by", asker).log("reload");
        supervisor.onReloading();
        CompletableFuture<ReloadOutcome> outcome = new CompletableFuture<>();
        outcome.thenAccept(ended -> {
            if (state == LifecycleState.READY) {
                supervisor.onReady();
            }
            answer.complete(Reloads.isGood(ended));
        });
        reloads.request(true, outcome);
    }

    private void reloadIfChanged(CompletableFuture<ReloadOutcome> answer) {
        if (state == LifecycleState.READY) {
            reloads.request(false, answer);
        } else {
            answer.complete(reloads.last());
        }
    }

    private void beginDrain() {
        sayDraining();
        if (drainBegun || state != LifecycleState.DRAINING) {
            return;
        }
        drainBegun = true;
        reloads.refuse();
        supervisor.onStopping();
        LOG.info("draining");
    }

    private void closeListeners() {
        generations.closeListeners();
        companion.onListenersClosed();
    }

    /** @param finished whether all connections ended by themselves */
    private void stop(boolean finished) {
        watcher.close();
        loader.close();
        Future<?> deadline = control.sendAfter(LAST_LOAD, () -> {
            LOG.warn("a reload is still under way at the end");
            closeAll(finished);
        });
        reloads.stop(() -> {
            deadline.cancel(false);
            closeAll(finished);
        });
    }

    private void closeAll(boolean finished) {
        if (state == LifecycleState.STOPPED) {
            return;
        }
        advance(LifecycleState.STOPPED);
        try {
            parts.loops().closeAll(CloseReason.DRAIN_DEADLINE);
            // A loop that stops cuts what is open, without close_notify and without a line in the log.
            parts.loops()
                    .whenEmpty()
                    .completeOnTimeout(null, CUT.toSeconds(), TimeUnit.SECONDS)
                    .join();
            parts.loops().stop().awaitUninterruptibly(3, TimeUnit.SECONDS);
            generations.end();
            companion.onStopped();
        } finally {
            // Or a process that cannot close something would never end.
            stopped.complete(finished);
            control.stop();
        }
    }
}
