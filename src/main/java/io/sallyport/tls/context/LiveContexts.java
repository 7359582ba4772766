package io.sallyport.tls.context;

import io.netty.util.ReferenceCounted;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The BoringSSL contexts that hold native memory: those in service, and retired ones until their last connection is gone.
 *
 * <p>Netty counts references to a context and does not say when the last one goes, so they are looked through.
 */
public final class LiveContexts {
    private static final int FEW = 64;

    private final Set<ReferenceCounted> contexts = ConcurrentHashMap.newKeySet();
    private volatile int full = FEW;

    /** How many there are; from any thread. */
    public int count() {
        contexts.removeIf(context -> context.refCnt() == 0);
        return contexts.size();
    }

    /** How many are held, freed ones that nobody has looked for yet among them. */
    int held() {
        return contexts.size();
    }

    void add(ReferenceCounted context) {
        contexts.add(context);
        // Without a scrape the freed ones would pile up, reload after reload; looked for at each, ten thousand cost a
        // second.
        if (held() > full) {
            full = Math.max(FEW, 2 * count());
        }
    }
}
