package io.sallyport.backend;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.eventloop.LoopThreads;
import io.sallyport.eventloop.Transport;
import io.sallyport.metrics.Meters;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What backends have beyond one generation: the event loop of their health checks and lookups, and what is known about
 * servers.
 *
 * <p>That loop moves no bytes of connections: a thousand checks at once delay nobody.
 */
public final class BackendRuntime implements AutoCloseable {
    private final LoopThreads threads = new LoopThreads("sallyport-backends", true);
    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final Map<Key, BackendServer> servers = new ConcurrentHashMap<>();

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
                key -> new BackendServer(address, isNamedElsewhere, meters.backend(backend, key.server())));
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

    /** Forgets whatever is not among these. */
    public void retain(Map<String, Set<String>> serversByBackend) {
        servers.keySet()
                .removeIf(key ->
                        !serversByBackend.getOrDefault(key.backend(), Set.of()).contains(key.server()));
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
