package io.sallyport.server;

import io.sallyport.config.AccessLogConfig;
import io.sallyport.config.ConfigException;
import io.sallyport.config.ConfigFiles;
import io.sallyport.config.ConfigProblem;
import io.sallyport.config.ConfigSource;
import io.sallyport.config.ProxyConfig;
import io.sallyport.observe.Meters;
import io.sallyport.observe.Meters.ReloadResult;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads everything anew and swaps it in, or leaves everything as it is. One reload at a time, on a thread of its own.
 *
 * <p>What was loaded is remembered only after it serves, so a load that failed is tried again at the next look.
 */
final class Reloader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.reload");

    /** A name server may hold a load up. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ConfigSource source;
    private final Swap swap;
    private final Meters meters;
    private final FileWatcher watcher;
    private final ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "sallyport-reload");
        thread.setDaemon(true);
        return thread;
    });
    private Content served;
    private String toldProblems = "";
    private volatile Outcome last;

    /** Puts a configuration into service, or throws and changes nothing. */
    @FunctionalInterface
    interface Swap {
        void apply(ProxyConfig config) throws StartException;
    }

    /**
     * How the last reload went.
     *
     * @param at when; the start counts here
     * @param detail the problems, one a line; empty where there were none
     */
    record Outcome(Instant at, ReloadResult result, String detail) {}

    Reloader(ConfigSource source, Content serving, Swap swap, Meters meters) {
        this.source = source;
        this.swap = swap;
        this.meters = meters;
        this.served = serving;
        this.last = new Outcome(Instant.now(), ReloadResult.SUCCESS, "");
        this.watcher = new FileWatcher(
                serving.config().reload().watch(), serving.config().reload().poll(), this::look);
        watch(serving.config());
        // Looking wakes this thread up now, so that a full descriptor table later does not keep it from starting.
        executor.execute(() -> {});
    }

    void start() {
        if (source.file().isPresent()) {
            watcher.start();
        }
    }

    /** Reloads because somebody asks for it; the outcome is counted whatever it is. */
    CompletableFuture<Outcome> reload(String asker) {
        LOG.atInfo().addKeyValue("asked_by", asker).log("reload");
        try {
            return CompletableFuture.supplyAsync(() -> attempt(true), executor);
        } catch (RejectedExecutionException e) {
            LOG.info("reload ignored: stopping");
            return CompletableFuture.completedFuture(last);
        }
    }

    Outcome last() {
        return last;
    }

    @Override
    public void close() {
        watcher.close();
        executor.shutdown();
        try {
            // A swap under way needs the event loops, and puts something into service that has to be freed.
            if (!executor.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("a reload is still under way at the end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The files may have changed. */
    private void look() {
        try {
            CompletableFuture.runAsync(() -> attempt(false), executor).join();
        } catch (RejectedExecutionException e) {
            LOG.debug("no look at the files: stopping");
        }
    }

    private Outcome attempt(boolean asked) {
        if (source.file().isEmpty()) {
            // The files of a quickstart were there for its start alone: looked for now, they would be missing.
            return done(new Outcome(Instant.now(), ReloadResult.UNCHANGED, ""));
        }
        @Nullable ProxyConfig config = null;
        try {
            config = source.load();
            Content content = Content.of(config);
            if (content.equals(served)) {
                toldProblems = "";
                return asked ? done(new Outcome(Instant.now(), ReloadResult.UNCHANGED, "")) : last;
            }
            swap.apply(config);
            served = content;
            toldProblems = "";
            LOG.info("reloaded");
            return done(new Outcome(Instant.now(), ReloadResult.SUCCESS, ""));
        } catch (ConfigException e) {
            return failed(e.problems(), asked);
        } catch (StartException e) {
            return failed(e.problems(), asked);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("reload failed");
            return failed(List.of(new ConfigProblem("", "reload", e.toString())), asked);
        } finally {
            if (config != null) {
                watch(config);
            }
        }
    }

    private Outcome failed(List<ConfigProblem> problems, boolean asked) {
        Outcome outcome =
                new Outcome(Instant.now(), ReloadResult.FAILURE, new StartException(problems).getMessage() + "");
        // A broken file is tried again at every look; one line for each new state of it is enough.
        if (asked || !outcome.detail().equals(toldProblems)) {
            toldProblems = outcome.detail();
            for (ConfigProblem problem : problems) {
                LOG.atWarn().addKeyValue("problem", problem.toString()).log("reload failed, the old stays in service");
            }
        }
        return done(outcome);
    }

    private Outcome done(Outcome outcome) {
        meters.reloaded(outcome.result());
        last = outcome;
        return outcome;
    }

    private void watch(ProxyConfig config) {
        Set<Path> files = new TreeSet<>(ConfigFiles.of(config));
        source.file().ifPresent(files::add);
        Set<Path> written =
                config.accessLog().target() instanceof AccessLogConfig.Target.File log ? Set.of(log.path()) : Set.of();
        watcher.watch(files, written);
    }
}
