package io.sallyport.backend;

import io.sallyport.backend.BackendServer.Endpoint;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** One after the other, over all event loops; a heavier one has more turns in a round. */
final class RoundRobin implements ServerSelector {
    /** Many proxies that start at once would all begin with the same server. */
    private final AtomicInteger turn =
            new AtomicInteger(ThreadLocalRandom.current().nextInt());

    @Override
    public Endpoint select(Candidates candidates, long source) {
        return candidates.get(candidates.slot(Integer.remainderUnsigned(turn.getAndIncrement(), candidates.slots())));
    }

    /** Takes no turn: with two servers, of which one is dead, every connection would begin with the dead one. */
    @Override
    public Endpoint selectOther(Candidates rest, long source) {
        return rest.get(rest.slot(ThreadLocalRandom.current().nextInt(rest.slots())));
    }
}
