package io.sallyport.tls.context;

import java.util.concurrent.atomic.AtomicInteger;

/** What holds native memory for several users, who may be on any thread: the last of them gives it back. */
public abstract class SharedContext {
    private final Object key;
    private final AtomicInteger users = new AtomicInteger(1);

    /** @param key what it was built from, by value */
    SharedContext(Object key) {
        this.key = key;
    }

    Object key() {
        return key;
    }

    /** One user more; false where the last was gone already. */
    public final boolean retain() {
        return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    /** One user less. */
    public final void release() {
        if (users.decrementAndGet() == 0) {
            free();
        }
    }

    /** Gives the native memory back. */
    abstract void free();
}
