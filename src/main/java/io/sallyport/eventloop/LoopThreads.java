package io.sallyport.eventloop;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.CompletableFuture;

/**
 * The threads of some event loops, and the news of one that ended without being stopped.
 *
 * <p>Netty's loop ends by an {@link Error}, such as that of a class that cannot be read any more. What is told by the loop
 * itself cannot be relied on then.
 */
public final class LoopThreads extends DefaultThreadFactory {
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private volatile boolean stopping;

    /**
     * For loops that have not been made yet.
     *
     * @param daemon whether the process may end while they run
     */
    public LoopThreads(String name, boolean daemon) {
        super(name, daemon);
    }

    /** Completes, on the thread that ends, with the first that does before {@link #stopping()}. */
    public CompletableFuture<Void> lost() {
        return lost;
    }

    /** From now on threads end because they are to. */
    public void stopping() {
        stopping = true;
    }

    @Override
    protected Thread newThread(Runnable loop, String name) {
        return super.newThread(
                () -> {
                    try {
                        loop.run();
                    } finally {
                        if (!stopping) {
                            lost.complete(null);
                        }
                    }
                },
                name);
    }
}
