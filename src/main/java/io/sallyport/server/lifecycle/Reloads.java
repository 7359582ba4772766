package io.sallyport.server.lifecycle;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.metrics.Meters;
import io.sallyport.metrics.Meters.ReloadResult;
import io.sallyport.server.generation.Published;
import io.sallyport.server.generation.Serving;
import io.sallyport.server.generation.Staged;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reloads, one after the other: each is loaded beside what serves, and decided on the control thread, where this is used.
 *
 * <p>What was loaded is remembered only once it serves, so a load that failed is tried again at the next look.
 */
final class Reloads {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.reload");
    private static final List<ConfigProblem> STOPPING = List.of(new ConfigProblem("", "reload", "stopping"));

    private final ControlThread control;
    private final LoaderThread loader;
    private final Published published;
    private final Function<Staged, List<ConfigProblem>> commit;
    private final Meters meters;
    private final Queue<Request> waiting = new ArrayDeque<>();
    private @Nullable Request underWay;
    private boolean stopping;
    private @Nullable Runnable onIdle;
    private String reported = "";
    private volatile ReloadOutcome last = ReloadOutcome.success();

    /** @param asked whether a signal or an operator asks for it, so that it counts; else the files may have changed */
    private record Request(boolean asked, CompletableFuture<ReloadOutcome> outcome) {}

    /** @param commit puts what was loaded into service, or says why it cannot be, and then changes nothing */
    Reloads(
            ControlThread control,
            LoaderThread loader,
            Published published,
            Function<Staged, List<ConfigProblem>> commit,
            Meters meters) {
        this.control = control;
        this.loader = loader;
        this.published = published;
        this.commit = commit;
        this.meters = meters;
    }

    /** The outcome of the last one; from any thread. */
    ReloadOutcome last() {
        return last;
    }

    /** @param asked by a signal or an operator: it counts whatever comes of it; else the files may have changed */
    void request(boolean asked, CompletableFuture<ReloadOutcome> outcome) {
        waiting.add(new Request(asked, outcome));
        next();
    }

    /**
     * Commits nothing any more.
     *
     * @param onIdle called once no load is under way
     */
    void stop(Runnable onIdle) {
        stopping = true;
        this.onIdle = onIdle;
        next();
    }

    /** Commits nothing any more; each request is still answered. */
    void refuse() {
        stopping = true;
    }

    private void next() {
        if (underWay != null) {
            return;
        }
        Request request = waiting.poll();
        if (request == null) {
            if (onIdle != null) {
                Runnable idle = onIdle;
                onIdle = null;
                idle.run();
            }
            return;
        }
        underWay = request;
        if (stopping) {
            end(request, request.asked ? failed(STOPPING, true) : last);
        } else if (!loader.isReloadable()) {
            // The files of a quickstart were there for its start alone: looked for now, they would be missing.
            end(request, count(ReloadOutcome.unchanged()));
        } else {
            loader.load(published.get(), request.asked, control::send, load -> end(request, decide(request, load)));
        }
    }

    private void end(Request request, ReloadOutcome outcome) {
        underWay = null;
        request.outcome.complete(outcome);
        next();
    }

    private ReloadOutcome decide(Request request, LoadResult load) {
        if (load instanceof LoadResult.Ready ready) {
            return decide(request, ready.staged());
        }
        if (load instanceof LoadResult.Failed failure) {
            return failed(failure.problems(), request.asked);
        }
        reported = "";
        return request.asked ? count(ReloadOutcome.unchanged()) : last;
    }

    private ReloadOutcome decide(Request request, Staged staged) {
        Serving before = published.get();
        boolean served = false;
        try {
            List<ConfigProblem> problems = stopping ? STOPPING : commit.apply(staged);
            served = problems.isEmpty();
            if (!served) {
                return failed(problems, request.asked);
            }
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("reload failed");
            return failed(List.of(new ConfigProblem("", "reload", e.toString())), request.asked);
        } finally {
            if (!served) {
                staged.release();
            }
        }
        reported = "";
        LOG.atInfo()
                .addKeyValue("listeners", String.join(" ", published.get().changedSince(before)))
                .addKeyValue("contexts_built", staged.contextsBuilt())
                .log("reloaded");
        return count(ReloadOutcome.success());
    }

    private ReloadOutcome failed(List<ConfigProblem> problems, boolean asked) {
        ReloadOutcome outcome = ReloadOutcome.failure(problems);
        // A broken file is tried again at every look; one line for each new state of it is enough.
        if (asked || !outcome.detail().equals(reported)) {
            reported = outcome.detail();
            for (ConfigProblem problem : problems) {
                LOG.atWarn().addKeyValue("problem", problem.toString()).log("reload failed, the old stays in service");
            }
        }
        return count(outcome);
    }

    private ReloadOutcome count(ReloadOutcome outcome) {
        meters.reloaded(outcome.result());
        last = outcome;
        return outcome;
    }

    /** Whether nothing is wrong. */
    static boolean isGood(ReloadOutcome outcome) {
        return outcome.result() != ReloadResult.FAILURE;
    }
}
