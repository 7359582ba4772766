package io.sallyport.tls.context;

import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLException;

/**
 * The BoringSSL contexts of one generation. What the generation before has built from the same values is used again: a renewed
 * certificate makes its own contexts anew and no others.
 */
public final class ContextPool {
    private final Map<Object, SharedContext> held = new HashMap<>();
    private final Map<Object, SharedContext> before = new HashMap<>();
    private int built;

    /** Builds a context. */
    interface Builder<T extends SharedContext> {
        T build() throws SSLException;
    }

    /** An empty one, for the generation after this. */
    public synchronized ContextPool next() {
        ContextPool next = new ContextPool();
        next.before.putAll(held);
        return next;
    }

    /**
     * The context that is built from the value {@code key}.
     *
     * @throws SSLException when it has to be built, and BoringSSL refuses
     */
    synchronized <T extends SharedContext> T get(Object key, Class<T> type, Builder<T> builder) throws SSLException {
        SharedContext context = held.get(key);
        if (context == null) {
            context = before.get(key);
            if (context == null || !context.retain()) {
                context = builder.build();
                built++;
            }
            held.put(key, context);
        }
        return type.cast(context);
    }

    /** Adds a context of the generation before. */
    synchronized void retain(SharedContext context) {
        if (held.containsKey(context.key())) {
            return;
        }
        if (!context.retain()) {
            throw new IllegalStateException("the generation before is released");
        }
        held.put(context.key(), context);
    }

    /** How many of them are new. */
    public synchronized int built() {
        return built;
    }

    /** Ends the use of what the generation before has built, so that the rest of it can be freed. */
    public synchronized void complete() {
        before.clear();
    }

    /** Gives back what no other generation uses; asking again does nothing. */
    public synchronized void release() {
        held.values().forEach(SharedContext::release);
        held.clear();
        before.clear();
    }
}
