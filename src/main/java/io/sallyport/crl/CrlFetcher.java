package io.sallyport.crl;

import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.metrics.CrlMeters;
import io.sallyport.tls.path.SeenPoints;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the lists of a configuration, on threads of its own, which start with the first list that is wanted. A list that it has
 * stored is in force once somebody looks at the files.
 */
public final class CrlFetcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.crl");

    /** One server that answers slowly does not hold up the lists of the others. */
    private static final int THREADS = 2;

    private final SeenPoints seen;
    private final Supplier<Map<String, List<X509Certificate>>> domains;
    private final CrlMeters meters;
    private final Runnable onChange;
    private final HttpFetch http;
    private final Map<CrlSubscription, CrlKeeper> keepers = new LinkedHashMap<>();
    private volatile List<ClientAuthConfig> wanted = List.of();
    private volatile List<CrlKeeper> shown = List.of();
    private volatile boolean closed;
    private volatile @Nullable ScheduledThreadPoolExecutor threads;

    /**
     * One that does nothing yet.
     *
     * @param seen what certificates name
     * @param domains the authorities of each trust domain, as they are now: where the configuration trusts in those, they
     *     sign lists as a trust anchor does
     * @param onChange has the files looked at; called on its threads, and may take as long as it likes
     */
    public CrlFetcher(
            SeenPoints seen,
            Supplier<Map<String, List<X509Certificate>>> domains,
            CrlMeters meters,
            Runnable onChange) {
        this.seen = seen;
        this.domains = domains;
        this.meters = meters;
        this.onChange = onChange;
        this.http = HttpFetch.USUAL;
        seen.onNew(this::refresh);
    }

    /** Keeps the lists of these from now on, and no others any more: again, whenever authorities have changed. Does not block. */
    public void follow(Stream<ClientAuthConfig> blocks) {
        List<ClientAuthConfig> next = blocks.filter(
                        block -> !block.fetchedCrls().isEmpty())
                .distinct()
                .toList();
        if (!next.equals(wanted)) {
            // Those of an authority that is trusted no more would take the room of others.
            seen.clear();
        }
        wanted = next;
        if (threads == null && !next.isEmpty() && !closed) {
            threads = start();
        }
        refresh();
    }

    /** How it stands about each list; from any thread. */
    public List<CrlStatus> status() {
        return shown.stream().map(CrlKeeper::status).toList();
    }

    /** Ends the threads, and does not wait for them: they may be waiting for who calls this. */
    @Override
    public void close() {
        closed = true;
        ScheduledThreadPoolExecutor running = threads;
        if (running != null) {
            running.shutdownNow();
        }
    }

    private void refresh() {
        later(this::subscribe, Duration.ZERO);
    }

    private void subscribe() {
        synchronized (keepers) {
            Set<CrlSubscription> next = Set.copyOf(Subscriptions.of(wanted, seen, domains.get()));
            meters.follow(next.stream().map(CrlSubscription::name).collect(Collectors.toSet()));
            keepers.keySet().retainAll(next);
            List<CrlKeeper> fresh = new ArrayList<>();
            for (CrlSubscription each : next) {
                if (!keepers.containsKey(each)) {
                    CrlKeeper keeper = new CrlKeeper(
                            each,
                            http,
                            InstantSource.system(),
                            () -> ThreadLocalRandom.current().nextDouble());
                    keepers.put(each, keeper);
                    fresh.add(keeper);
                }
            }
            // Before any of them begins: a keeper that is not shown is one that ends.
            shown = new ArrayList<>(keepers.values());
            fresh.forEach(keeper -> later(() -> fetch(keeper), keeper.begin()));
        }
        show();
    }

    private void fetch(CrlKeeper keeper) {
        if (!shown.contains(keeper)) {
            return;
        }
        try {
            CrlKeeper.Outcome outcome = keeper.attempt();
            meters.fetched(keeper.wanted().name(), outcome.result());
            later(() -> fetch(keeper), outcome.delay());
            show();
            if (outcome.changed()) {
                onChange.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void show() {
        Map<String, Instant> confirmed = new LinkedHashMap<>();
        for (CrlStatus each : status()) {
            @Nullable Instant time = each.confirmed();
            if (time != null) {
                confirmed.put(each.name(), time);
            }
        }
        meters.confirmed(confirmed);
    }

    private void later(Runnable task, Duration delay) {
        ScheduledThreadPoolExecutor running = threads;
        if (running == null) {
            return;
        }
        try {
            running.schedule(() -> guarded(task), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("nothing is fetched any more", e);
        }
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a fault in the fetching of revocation lists; it goes on");
        }
    }

    private static ScheduledThreadPoolExecutor start() {
        ScheduledThreadPoolExecutor started = new ScheduledThreadPoolExecutor(THREADS, task -> {
            Thread thread = new Thread(task, "sallyport-crl");
            thread.setDaemon(true);
            return thread;
        });
        // Now, so that a full descriptor table later does not keep one from starting.
        started.prestartAllCoreThreads();
        return started;
    }
}
