package io.sallyport.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server has opened, to be closed in the opposite order: at its end, and where its start fails in the middle. */
final class Resources implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.server");

    private final Deque<Runnable> open = new ArrayDeque<>();

    <T> T add(T resource, Consumer<? super T> close) {
        open.push(() -> close.accept(resource));
        return resource;
    }

    /** Closes all of them; one that cannot be closed keeps no other from it. */
    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().run();
            } catch (RuntimeException e) {
                LOG.error("something is not closed", e);
            }
        }
    }
}
