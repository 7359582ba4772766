package io.sallyport.backend;

import io.sallyport.backend.BackendServer.Endpoint;
import java.util.concurrent.ThreadLocalRandom;

/** The one with the fewest connections for its weight; of equal ones any. */
final class LeastConnections implements ServerSelector {

    @Override
    public Endpoint select(Candidates candidates, long source) {
        int size = candidates.size();
        // Always the first of equals would send the whole of a quiet service to one server.
        int start = ThreadLocalRandom.current().nextInt(size);
        int best = start;
        for (int i = 1; i < size; i++) {
            int at = start + i < size ? start + i : start + i - size;
            if (candidates.isLessLoaded(at, best)) {
                best = at;
            }
        }
        return candidates.get(best);
    }
}
