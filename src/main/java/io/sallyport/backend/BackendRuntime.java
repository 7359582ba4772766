package io.sallyport.backend;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.sallyport.config.BackendConfig;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.eventloop.LoopThreads;
import io.sallyport.eventloop.Transport;
import io.sallyport.metrics.Meters;
import io.sallyport.tls.context.BackendTlsContext;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What backends have beyond one generation: the event loop of their health checks and lookups, what is known about
 * servers, and who waits for them.
 *
 * <p>That loop moves no bytes of connections: a thousand checks at once delay nobody.
 */
public final class BackendRuntime implements AutoCloseable {
    private final LoopThreads threads = new LoopThreads("sallyport-backends", true);
    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final Map<Key, BackendServer> servers = new ConcurrentHashMap<>();
    private final Map<String, WaitingLine<Backend>> lines = new ConcurrentHashMap<>();

    private record Key(String backend, String server, boolean isNamedElsewhere) {}

    /** Starts the thread. */
    public BackendRuntime() {
        group = new MultiThreadIoEventLoopGroup(1, threads, Transport.auto().handlers());
        loop = group.next();
        // A thread that starts later may find no file descriptor left to wait on.
        loop.submit(() -> {}).syncUninterruptibly();
    }

    public EventLoop loop() {
        return loop;
    }

    /**
     * The server of a backend; the same object for the same address, whatever is reloaded.
     *
     * @param isNamedElsewhere whether a proxy on the way to it knows what its name means
     */
    public BackendServer server(String backend, NetworkAddress address, boolean isNamedElsewhere, Meters meters) {
        return servers.computeIfAbsent(
                new Key(backend, address.toString(), isNamedElsewhere),
                key -> new BackendServer(
                        address, isNamedElsewhere, meters.backend(backend, key.server()), line(backend, meters)::wake));
    }

    /** Who waits for a backend; the same object for the same name, whatever is reloaded. */
    WaitingLine<Backend> line(String backend, Meters meters) {
        return lines.computeIfAbsent(backend, name -> new WaitingLine<>(loop, name, meters));
    }

    /** A pool, not started; {@link Backend#Backend}. */
    public Backend backend(
            BackendConfig config,
            List<PoolMember> members,
            @Nullable Via via,
            @Nullable BackendTlsContext tls,
            NameResolver names,
            Meters meters) {
        return new Backend(config, members, via, tls, line(config.name(), meters), loop, names);
    }

    /** Tells servers that have no address yet what their names were found to mean. Waits for the loop, where they learn it. */
    public void learn(Map<BackendServer, LookupResult> results) {
        if (results.isEmpty()) {
            return;
        }
        loop.submit(() -> results.forEach((server, result) -> {
                    NameResolver.@Nullable Answer answer = result.answer();
                    if (!server.endpoints().isEmpty()) {
                        return; // Its own look-ups have found it meanwhile.
                    }
                    if (answer == null) {
                        server.notFound(result.problem());
                    } else {
                        server.found(answer);
                    }
                }))
                .syncUninterruptibly();
    }

    /** Forgets whatever is not among these; who waits for one of those is turned away. */
    public void retain(Map<String, Set<String>> serversByBackend) {
        servers.keySet()
                .removeIf(key ->
                        !serversByBackend.getOrDefault(key.backend(), Set.of()).contains(key.server()));
        lines.entrySet().removeIf(entry -> {
            boolean gone = !serversByBackend.containsKey(entry.getKey());
            if (gone) {
                loop.execute(entry.getValue()::close);
            }
            return gone;
        });
    }

    /** Returns after the loop has done what it was doing. */
    public void awaitTurn() {
        loop.submit(() -> {}).awaitUninterruptibly();
    }

    /** Completes when the loop ends though it was not stopped: nothing is checked or looked up from then on. */
    public CompletableFuture<Void> lost() {
        return threads.lost();
    }

    @Override
    public void close() {
        threads.stopping();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
