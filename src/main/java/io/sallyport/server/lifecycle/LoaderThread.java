package io.sallyport.server.lifecycle;

import io.sallyport.config.AccessLogConfig;
import io.sallyport.config.ConfigSource;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.eventloop.Transport;
import io.sallyport.server.generation.GenerationLoader;
import io.sallyport.server.generation.Serving;
import io.sallyport.server.generation.StartException;
import io.sallyport.server.listen.TransportLimits;
import io.sallyport.server.reload.Content;
import io.sallyport.server.reload.FileWatcher;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads on a thread of its own, so that a slow name server holds up neither a drain nor new ticket keys. */
final class LoaderThread {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.reload");

    private final ConfigSource source;
    private final Transport transport;
    private final GenerationLoader loader;
    private final FileWatcher watcher;
    private final ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "sallyport-reload");
        thread.setDaemon(true);
        return thread;
    });

    /** @param watcher gets the files to watch, after each load */
    LoaderThread(ConfigSource source, Transport transport, GenerationLoader loader, FileWatcher watcher) {
        this.source = source;
        this.transport = transport;
        this.loader = loader;
        this.watcher = watcher;
        // This wakes the thread up now, so that a full descriptor table later does not keep it from starting.
        executor.execute(() -> {});
    }

    /** Whether anything can change. */
    boolean isReloadable() {
        return source.isReloadable();
    }

    /**
     * Loads beside what serves, and answers through {@code answers}.
     *
     * @param everything also what has not changed: for its warnings, and for what no value shows, as the name servers of this
     *     machine
     */
    void load(Serving serving, boolean everything, Executor answers, Consumer<LoadResult> onLoaded) {
        executor.execute(() -> {
            LoadResult result = load(serving, everything);
            answers.execute(() -> onLoaded.accept(result));
        });
    }

    void watch(ProxyConfig config) {
        Set<Path> files = loader.files(config);
        source.file().ifPresent(files::add);
        Set<Path> written =
                config.accessLog().target() instanceof AccessLogConfig.Target.File log ? Set.of(log.path()) : Set.of();
        watcher.watch(files, written);
    }

    void close() {
        executor.shutdown();
    }

    private LoadResult load(Serving serving, boolean everything) {
        @Nullable ProxyConfig config = null;
        try {
            config = source.load();
            // Before the load: a file that changes in the middle is seen as changed by the next look.
            Content content = loader.content(config);
            if (content.equals(serving.content())) {
                return new LoadResult.Unchanged();
            }
            List<ConfigProblem> problems = new ArrayList<>(
                    config.restartKeys().changesFrom(serving.config().restartKeys()));
            problems.addAll(TransportLimits.problems(config, transport));
            if (!problems.isEmpty()) {
                return new LoadResult.Failed(problems);
            }
            boolean whole = everything || !config.equals(serving.config());
            return new LoadResult.Ready(whole ? loader.load(content, serving) : loader.loadChanges(content, serving));
        } catch (ConfigException e) {
            return new LoadResult.Failed(e.problems());
        } catch (StartException e) {
            return new LoadResult.Failed(e.problems());
        } catch (RuntimeException | Error e) {
            // Or the control thread would wait for this answer for ever.
            LOG.atError().setCause(e).log("reload failed");
            return new LoadResult.Failed(List.of(new ConfigProblem("", "reload", e.toString())));
        } finally {
            if (config != null) {
                watch(config);
            }
        }
    }
}
