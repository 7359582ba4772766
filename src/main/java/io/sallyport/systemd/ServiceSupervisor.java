package io.sallyport.systemd;

import io.sallyport.server.lifecycle.Supervisor;
import io.sallyport.server.listen.HandedOverSockets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The service manager that the environment tells of, or none. */
public final class ServiceSupervisor implements Supervisor, AutoCloseable {
    private final Map<String, String> environment;
    private final InheritedSockets sockets;
    private final @Nullable ServiceNotifier notifier;

    public ServiceSupervisor(Map<String, String> environment) {
        this.environment = environment;
        this.sockets = new InheritedSockets(environment);
        this.notifier = ServiceNotifier.open(environment);
    }

    /**
     * Gives signs of life from now on, where they are asked for.
     *
     * @param alive completes once every event loop has taken a turn
     */
    public void watch(Supplier<CompletableFuture<Void>> alive) {
        if (notifier != null) {
            notifier.watch(environment, alive);
        }
    }

    @Override
    public void onReady() {
        if (notifier != null) {
            notifier.onReady();
        }
    }

    @Override
    public void onReloading() {
        if (notifier != null) {
            notifier.onReloading();
        }
    }

    @Override
    public void onStopping() {
        if (notifier != null) {
            notifier.onStopping();
        }
    }

    @Override
    public HandedOverSockets sockets() {
        return sockets;
    }

    @Override
    public void close() {
        if (notifier != null) {
            notifier.close();
        }
    }
}
