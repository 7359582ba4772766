package io.sallyport.backend;

import io.sallyport.backend.BackendServer.Endpoint;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Of two at random the one with fewer connections ("the power of two random choices", Mitzenmacher 2001): nearly as even
 * as the fewest of all, at a cost that does not grow, and without all proxies going to one idle server at once.
 */
final class RandomTwo implements ServerSelector {

    @Override
    public Endpoint select(Candidates candidates, long source) {
        int slots = candidates.slots();
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int first = random.nextInt(slots);
        if (slots == 1) {
            return candidates.get(candidates.slot(first));
        }
        int second = random.nextInt(slots - 1);
        int one = candidates.slot(first);
        int other = candidates.slot(second < first ? second : second + 1);
        return candidates.get(candidates.isLessLoaded(other, one) ? other : one);
    }
}
