package io.sallyport.tls.spiffe;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.eventloop.Transport;
import io.sallyport.metrics.SpiffeMeters.UpdateResult;
import io.sallyport.retry.Doubling;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The identity of this workload, as the SPIFFE Workload API has sent it last. Asks on one thread of its own, from the first time
 * that somebody wants to know; what is there stays, whatever becomes of the agent.
 */
public final class WorkloadApi implements AutoCloseable {
    private static final String CALL = "/SpiffeWorkloadAPI/FetchX509SVID";

    /** As gRPC has it; the identities and bundles of hundreds of trust domains take less. */
    private static final int LONGEST_MESSAGE = 4 << 20;

    /** Attesting a workload takes an agent seconds on a busy machine, and what starts without it starts not ready. */
    private static final Duration START = Duration.ofSeconds(10);

    /** For the first answer on a stream. Those that follow come when there is something new. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    /** An agent that is restarted is back within a second; of hundreds of workloads none may keep it from coming up. */
    private static final Doubling RETRIES = new Doubling(Duration.ofMillis(250), Duration.ofSeconds(30));

    private static final Logger LOG = LoggerFactory.getLogger("sallyport.spiffe");

    private final @Nullable NetworkAddress endpoint;
    private final Transport transport;
    private final Consumer<UpdateResult> onUpdate;
    private final Doubling retry;
    private final Duration patience;
    private final Keepalive keepalive;
    private volatile CompletableFuture<WorkloadIdentity> first = new CompletableFuture<>();
    private volatile WorkloadStatus status;
    private volatile @Nullable WorkloadIdentity identity;
    private volatile @Nullable WorkloadIdentity asked;
    private volatile boolean waited;
    private volatile Runnable onChange = () -> {};
    private @Nullable EventLoopGroup group;
    private boolean wanted;
    private boolean closed;

    // On the loop alone.
    private @Nullable GrpcCall call;
    private @Nullable Future<?> next;
    private String reported = "";

    /**
     * One that asks nothing yet.
     *
     * @param endpoint null: there is none, and no identity
     * @param onUpdate told what came of asking
     */
    public WorkloadApi(@Nullable NetworkAddress endpoint, Transport transport, Consumer<UpdateResult> onUpdate) {
        this(endpoint, transport, onUpdate, RETRIES, START, Keepalive.USUAL);
    }

    /** @param patience how long the first asker waits */
    WorkloadApi(
            @Nullable NetworkAddress endpoint,
            Transport transport,
            Consumer<UpdateResult> onUpdate,
            Doubling retry,
            Duration patience,
            Keepalive keepalive) {
        this.endpoint = endpoint;
        this.transport = transport;
        this.onUpdate = onUpdate;
        this.retry = retry;
        this.patience = patience;
        this.keepalive = keepalive;
        this.status = WorkloadStatus.none(String.valueOf(endpoint));
    }

    /** For a configuration that has nothing to do with it. */
    public static WorkloadApi none() {
        return new WorkloadApi(null, Transport.NIO, any -> {});
    }

    /** What there is now; empty: nothing yet. The first time it waits for it, some seconds at most. Not on an event loop. */
    public Optional<WorkloadIdentity> identity() {
        if (endpoint == null) {
            return Optional.empty();
        }
        begin();
        if (!waited) {
            await();
            waited = true;
        }
        asked = identity;
        return Optional.ofNullable(asked);
    }

    /** The authorities of each trust domain, as far as they are known now. Waits for nothing. */
    public Map<String, List<X509Certificate>> domains() {
        @Nullable WorkloadIdentity now = identity;
        return now == null ? Map.of() : now.domains();
    }

    /** How it stands; null where nobody has asked. */
    public synchronized @Nullable WorkloadStatus status() {
        return wanted ? status : null;
    }

    /** Why there is no identity. */
    public String problem() {
        WorkloadStatus now = status;
        return now.lastDetail().isEmpty() ? "no answer within " + patience.toSeconds() + "s" : now.lastDetail();
    }

    /**
     * From now on.
     *
     * @param onChange has the identity asked for again; called on its own thread, and may take as long as it likes
     */
    public void follow(Runnable onChange) {
        this.onChange = onChange;
        execute(() -> {
            if (!Objects.equals(identity, asked)) {
                changed(onChange);
            }
        });
    }

    /** Forgets all, until somebody asks again. */
    public synchronized void rest() {
        if (wanted) {
            wanted = false;
            waited = false;
            first = new CompletableFuture<>();
            execute(() -> {
                cancelNext();
                if (call != null) {
                    call.close();
                    call = null;
                }
                identity = null;
                reported = "";
                status = WorkloadStatus.none(String.valueOf(endpoint));
            });
        }
    }

    private void await() {
        try {
            first.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.atWarn().addKeyValue("endpoint", String.valueOf(endpoint)).log("no SVID yet: {}", problem());
        } catch (ExecutionException e) {
            throw new IllegalStateException("nobody completes it so", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void begin() {
        if (wanted || closed) {
            return;
        }
        wanted = true;
        if (group == null) {
            group = new MultiThreadIoEventLoopGroup(
                    1, new DefaultThreadFactory("sallyport-spiffe", true), transport.handlers());
        }
        execute(this::call);
    }

    private void call() {
        EventLoop loop = loop();
        GrpcCall started = new GrpcCall(
                loop, Objects.requireNonNull(endpoint), CALL, LONGEST_MESSAGE, keepalive, this::received, this::ended);
        call = started;
        next = loop.schedule(() -> silent(started), SILENCE.toMillis(), TimeUnit.MILLISECONDS);
        started.begin();
    }

    private void silent(GrpcCall silent) {
        silent.close();
        ended(new WorkloadException(UpdateResult.UNREACHABLE, "no answer within " + SILENCE.toSeconds() + "s"));
    }

    private void received(byte[] message) {
        cancelNext();
        try {
            WorkloadIdentity received = IdentityReader.read(message, Instant.now());
            @Nullable WorkloadIdentity before = identity;
            status = status.updated(received, UpdateResult.SUCCESS.tag(), Instant.now());
            identity = received;
            reported = "";
            onUpdate.accept(UpdateResult.SUCCESS);
            // Before anybody goes on who waits: whoever got it so need not be told.
            Runnable tell = onChange;
            first.complete(received);
            if (before == null
                    || !before.shown().equals(received.shown())
                    || !before.trusted().equals(received.trusted())) {
                LOG.atInfo()
                        .addKeyValue("id", received.id().toString())
                        .addKeyValue("not_after", received.notAfter().toString())
                        .addKeyValue(
                                "trust_domains",
                                String.join(" ", received.domains().keySet()))
                        .log("an SVID from the Workload API");
                changed(tell);
            }
        } catch (WorkloadException e) {
            // Asked again, it may send another; what is good stays meanwhile.
            if (call != null) {
                call.close();
            }
            ended(e);
        }
    }

    private static void changed(Runnable tell) {
        try {
            tell.run();
        } catch (RuntimeException e) {
            LOG.error("what an SVID changes is not in service", e);
        }
    }

    private void ended(WorkloadException reason) {
        if (loop().isShuttingDown()) {
            return;
        }
        cancelNext();
        call = null;
        status = status.failed(reason.result().tag(), reason.detail(), Instant.now());
        onUpdate.accept(reason.result());
        Duration delay =
                retry.after(status.failures(), ThreadLocalRandom.current().nextDouble());
        // The same every half minute says nothing new.
        if (!reason.detail().equals(reported)) {
            reported = reason.detail();
            LOG.atWarn()
                    .addKeyValue("endpoint", String.valueOf(endpoint))
                    .addKeyValue("result", reason.result().tag())
                    .addKeyValue("next_attempt_ms", delay.toMillis())
                    .log("no SVID from the Workload API: {}", reason.detail());
        }
        next = loop().schedule(this::call, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void cancelNext() {
        if (next != null) {
            next.cancel(false);
            next = null;
        }
    }

    private synchronized EventLoop loop() {
        return Objects.requireNonNull(group).next();
    }

    private synchronized void execute(Runnable task) {
        if (group == null) {
            return;
        }
        try {
            group.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("too late: everything is stopped");
        }
    }

    /** Asks nothing any more; from any thread, and waits for nothing. */
    @Override
    public synchronized void close() {
        closed = true;
        if (group != null) {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }
}
