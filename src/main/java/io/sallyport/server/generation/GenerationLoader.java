package io.sallyport.server.generation;

import io.sallyport.admin.AdminToken;
import io.sallyport.config.ConfigFiles;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.server.reload.Content;
import io.sallyport.tls.context.ContextPool;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Loads what a configuration names. Reads files and names: slow, and never on an event loop or the control thread. It changes
 * nothing that is in service, and leaves nothing behind where it fails.
 */
public final class GenerationLoader {
    private final LoaderServices services;

    public GenerationLoader(LoaderServices services) {
        this.services = services;
    }

    /** All that a configuration names, by value. Blocks. */
    public Content content(ProxyConfig config) {
        return Content.of(config, services.keys());
    }

    /** The files in which a change of it shows. */
    public Set<Path> files(ProxyConfig config) {
        Set<Path> files = new TreeSet<>(ConfigFiles.of(config));
        Content.certificates(config)
                .forEach(each -> files.addAll(services.keys().of(each).files()));
        return files;
    }

    /**
     * Loads everything.
     *
     * @param serving whose random ticket keys, addresses of servers and contexts go on to be used; null: nothing serves yet
     * @throws StartException with every problem; nothing native is left then
     */
    public Staged load(Content content, @Nullable Serving serving) throws StartException {
        return load(content, serving, false);
    }

    /**
     * Loads what has another value than what serves, under the same configuration; uses the rest again as it is.
     *
     * @throws StartException with every problem; nothing native is left then
     */
    public Staged loadChanges(Content content, Serving serving) throws StartException {
        return load(content, serving, true);
    }

    private Staged load(Content content, @Nullable Serving serving, boolean changesAlone) throws StartException {
        ContextPool pool = serving == null
                ? new ContextPool()
                : serving.staged().contexts().next();
        boolean done = false;
        try {
            @Nullable Staged base = changesAlone && serving != null ? serving.staged() : null;
            Staged staged = load(LoadRun.of(content, services, serving, base, pool));
            pool.complete();
            done = true;
            return staged;
        } finally {
            if (!done) {
                pool.release();
            }
        }
    }

    private static Staged load(LoadRun run) throws StartException {
        @Nullable Staged base = run.base();
        @Nullable ConfigProblem awaited = run.awaited();
        if (awaited != null && run.serving() != null && !run.serving().awaitsCertificates()) {
            // What serves is better than what would stand in.
            run.problems().add(awaited);
        }
        ProxyConfig config = run.config();
        BackendLoader backendLoader = new BackendLoader(run);
        Map<String, StagedBackend> backends = new TreeMap<>();
        config.backends().forEach((name, backend) -> {
            @Nullable StagedBackend same = base == null ? null : base.backends().get(name);
            if (same != null && same.material().equals(BackendLoader.material(backend, run.content()))) {
                backends.put(name, same.retainedIn(run.pool()));
            }
        });
        backends.putAll(backendLoader.load(config.backends().values().stream()
                .filter(backend -> !backends.containsKey(backend.name()))
                .toList()));
        Map<String, StagedListener> listeners = new TreeMap<>();
        config.listeners().forEach((name, listener) -> {
            ListenerLoader loader = new ListenerLoader(listener, run);
            @Nullable
            StagedListener same = base == null ? null : base.listeners().get(name);
            boolean unchanged = same != null && same.version().equals(loader.version());
            listeners.put(name, unchanged ? Objects.requireNonNull(same).retainedIn(run.pool()) : loader.load());
        });
        @Nullable AdminToken token = AdminAccess.token(config.admin(), run.findings());
        if (!run.isWithoutProblem()) {
            throw new StartException(Stream.concat(run.findings().problems().stream(), run.problems().stream())
                    .toList());
        }
        return new Staged(
                run.content(),
                listeners,
                backends,
                run.keys(),
                Expiries.all(Stream.concat(
                                backends.values().stream().map(StagedBackend::expiries),
                                listeners.values().stream().map(StagedListener::expiries))
                        .toList()),
                token,
                backendLoader.unresolved(),
                warnings(run, backendLoader.unresolved(), base == null),
                run.awaited(),
                run.pool());
    }

    /** @param whole whether what follows from the configuration alone is said, too */
    private static List<String> warnings(LoadRun run, List<ConfigProblem> unresolved, boolean whole) {
        Stream<String> found = Stream.of(
                        run.findings().warnings(), run.findings().notes(), unresolved)
                .flatMap(List::stream)
                .map(ConfigProblem::toString);
        Stream<String> configured = Stream.of(
                        AdminAccess.exposure(run.config().admin()).map(ConfigProblem::toString).stream(),
                        BackendLoader.idleQueues(run.config()).stream().map(ConfigProblem::toString),
                        MemoryBound.of(run.config()).warnings().stream())
                .flatMap(Function.identity());
        return whole ? Stream.concat(found, configured).toList() : found.toList();
    }
}
