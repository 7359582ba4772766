package io.sallyport.backend;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks the name of one server up whenever its answer is out of date, and keeps the last good one. */
final class NameWatch {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.backend");

    private final String backend;
    private final BackendServer server;
    private final String name;
    private final NameResolver names;
    private final EventLoop loop;
    private final Runnable onChange;
    private @Nullable Future<?> timer;
    private boolean running;
    private boolean failing;

    /** @param onChange called on the loop when the server has other addresses */
    NameWatch(String backend, BackendServer server, NameResolver names, EventLoop loop, Runnable onChange) {
        this.backend = backend;
        this.server = server;
        this.name = server.name().orElseThrow();
        this.names = names;
        this.loop = loop;
        this.onChange = onChange;
    }

    void start() {
        running = true;
        failing = server.endpoints().isEmpty();
        lookLater(failing ? names.retry().toNanos() : Math.max(0, server.lookAgainAt() - System.nanoTime()));
    }

    void stop() {
        running = false;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void lookLater(long nanos) {
        timer = loop.schedule(
                () -> {
                    names.resolve(name).addListener((Future<NameResolver.Answer> answer) -> answered(answer));
                },
                nanos,
                TimeUnit.NANOSECONDS);
    }

    private void answered(Future<NameResolver.Answer> answer) {
        if (!running) {
            return;
        }
        if (!answer.isSuccess()) {
            String words = String.valueOf(answer.cause().getMessage());
            server.notFound(words);
            if (!failing) {
                LOG.atWarn()
                        .addKeyValue("backend", backend)
                        .addKeyValue("server", server.toString())
                        .log("the name is not found, its last addresses stay: {}", words);
            }
            failing = true;
            lookLater(names.retry().toNanos());
            return;
        }
        boolean changed = server.found(answer.getNow());
        if (changed || failing) {
            LOG.atInfo()
                    .addKeyValue("backend", backend)
                    .addKeyValue("server", server.toString())
                    .addKeyValue("addresses", server.endpoints().toString())
                    .log(changed ? "the name has other addresses" : "the name is found again");
        }
        failing = false;
        lookLater(answer.getNow().ttl().toNanos());
        if (changed) {
            onChange.run();
        }
    }
}
