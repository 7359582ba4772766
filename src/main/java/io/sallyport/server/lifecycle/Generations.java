package io.sallyport.server.lifecycle;

import io.sallyport.accept.PermitLimiter;
import io.sallyport.backend.Backend;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.server.generation.MemoryBound;
import io.sallyport.server.generation.Published;
import io.sallyport.server.generation.Serving;
import io.sallyport.server.generation.Staged;
import io.sallyport.server.listen.BindFailure;
import io.sallyport.server.listen.BoundListener;
import io.sallyport.server.listen.HandedOverSockets;
import io.sallyport.server.reload.ReloadPlan;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts one generation after the other into service. On the control thread alone. */
final class Generations {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.server");

    private final ServerParts parts;
    private final Published published;
    private final HandedOverSockets handedOver;
    private final TicketRotation rotation;
    private final InstantSource clock;
    private final PermitLimiter connections = new PermitLimiter(0);
    private Map<String, BoundListener> bound = Map.of();

    Generations(
            ServerParts parts,
            Published published,
            HandedOverSockets handedOver,
            TicketRotation rotation,
            InstantSource clock) {
        this.parts = parts;
        this.published = published;
        this.handedOver = handedOver;
        this.rotation = rotation;
        this.clock = clock;
    }

    /**
     * Puts the first into service; or says which listeners cannot be bound, and leaves none bound.
     *
     * @param others problems beside those; with any, nothing is put into service
     */
    List<ConfigProblem> begin(Staged staged, List<ConfigProblem> others) {
        List<ConfigProblem> problems = new ArrayList<>(others);
        Map<String, BoundListener> opened = bind(ReloadPlan.of(Map.of(), staged.config()), staged.config(), problems);
        if (!problems.isEmpty()) {
            BoundListener.close(opened.values());
            return problems;
        }
        bound = opened;
        staged.warnings().forEach(LOG::warn);
        Serving serving = parts.assembler().assemble(staged, opened, clock.instant(), null);
        publish(serving);
        serving.backends().values().forEach(Backend::start);
        opened.values().forEach(BoundListener::accept);
        return List.of();
    }

    /** Puts what was loaded into service; or says which listeners cannot be bound, and changes nothing. */
    List<ConfigProblem> replace(Staged staged) {
        ReloadPlan plan = ReloadPlan.of(published.get().addresses(), staged.config());
        List<ConfigProblem> problems = new ArrayList<>();
        Map<String, BoundListener> opened = bind(plan, staged.config(), problems);
        if (!problems.isEmpty()) {
            BoundListener.close(opened.values());
            return problems;
        }
        staged.warnings().forEach(LOG::warn);
        Map<String, BoundListener> next = new TreeMap<>(opened);
        plan.keep().forEach(name -> next.put(name, listener(name)));
        Serving retired = published.get();
        Serving serving = parts.assembler().assemble(staged, next, clock.instant(), retired);
        publish(serving);
        try {
            opened.values().forEach(BoundListener::accept);
            BoundListener.close(plan.close().stream().map(this::listener).toList());
            bound = next;
            retire(retired, serving);
        } catch (RuntimeException e) {
            // What was loaded serves: it must not be released as if it did not.
            LOG.error("what a reload has replaced is not cleared away", e);
        }
        return List.of();
    }

    /** Closes every listener, after what is queued for it; connections go on. */
    void closeListeners() {
        BoundListener.close(bound.values());
    }

    /** Gives back what the last one holds, once no connection is open and no loop runs. */
    void end() {
        rotation.cancel();
        Serving serving = published.orNull();
        if (serving != null) {
            serving.backends().values().forEach(Backend::stop);
            parts.backends().close();
            serving.release();
        }
    }

    private void publish(Serving serving) {
        ProxyConfig config = serving.config();
        connections.limit(Math.max(0, config.limits().connections()));
        MemoryBound memory = MemoryBound.of(config);
        parts.memory().limit(memory.places(), memory.each());
        serving.limitSessions(memory.process().sessions());
        parts.logLevel().configure(config.log().level());
        serving.bound().forEach((name, listener) -> {
            ListenerConfig listenerConfig = config.listeners().get(name);
            if (listenerConfig != null) {
                listener.limit(listenerConfig.limits());
            }
        });
        published.set(serving);
        parts.meters().certificates(serving.expiries().certificates());
        Map<String, Integer> unusable = new TreeMap<>();
        serving.staged().unusable().forEach((folder, pairs) -> unusable.put(folder, pairs.size()));
        parts.meters().unusableCertificates(unusable);
        parts.meters().revocationLists(serving.expiries().revocationLists());
        serving.listeners()
                .values()
                .forEach(settings ->
                        settings.meters().connectionsLimit(settings.limits().connections()));
        rotation.schedule();
    }

    private void retire(Serving retired, Serving serving) {
        Set<Backend> kept = new HashSet<>(retired.backends().values());
        kept.retainAll(serving.backends().values());
        retired.backends().values().stream()
                .filter(each -> !kept.contains(each))
                .forEach(Backend::stop);
        serving.backends().values().stream()
                .filter(each -> !kept.contains(each))
                .forEach(Backend::start);
        parts.assembler().forgetOthersThan(serving);
        // A loop may be between its look at the old settings and the handler that it makes from them.
        parts.loops().turn().join();
        parts.backends().awaitTurn();
        retired.release();
        parts.loops().judgeClientsAgain();
        parts.loops().retire(serving::hasReplaced, serving.config().reload().maxAge());
    }

    private Map<String, BoundListener> bind(ReloadPlan plan, ProxyConfig config, List<ConfigProblem> problems) {
        Map<String, BoundListener> opened = new TreeMap<>();
        for (String name : plan.open()) {
            @Nullable ListenerConfig listener = config.listeners().get(name);
            if (listener == null) {
                continue;
            }
            try {
                opened.put(
                        name,
                        BoundListener.bind(
                                listener, () -> published.listener(name), parts.loops(), connections, handedOver));
            } catch (BindFailure e) {
                problems.add(e.problem());
            }
        }
        return opened;
    }

    private BoundListener listener(String name) {
        return Objects.requireNonNull(bound.get(name), name);
    }
}
