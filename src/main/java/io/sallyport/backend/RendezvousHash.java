package io.sallyport.backend;

import io.sallyport.backend.BackendServer.Endpoint;

/**
 * By the client's address: of all endpoints the one whose hash together with the client's is highest (Thaler and
 * Ravishankar, 1998). An endpoint that goes takes only its own clients along, evenly to the others; weights as in Schindelhauer
 * and Schomaker, 2005.
 */
final class RendezvousHash implements ServerSelector {
    private static final double UNIT = 0x1.0p-53;

    @Override
    public Endpoint select(Candidates candidates, long source) {
        return candidates.isWeighted() ? heaviest(candidates, source) : highest(candidates, source);
    }

    private static Endpoint highest(Candidates candidates, long source) {
        Endpoint best = candidates.get(0);
        long bestScore = SourceHash.mix(best.hash() ^ source);
        for (int i = 1; i < candidates.size(); i++) {
            Endpoint endpoint = candidates.get(i);
            long score = SourceHash.mix(endpoint.hash() ^ source);
            if (Long.compareUnsigned(score, bestScore) > 0) {
                best = endpoint;
                bestScore = score;
            }
        }
        return best;
    }

    /** With equal weights it picks what {@link #highest} does: the order of the scores is that of the hashes. */
    private static Endpoint heaviest(Candidates candidates, long source) {
        Endpoint best = candidates.get(0);
        double bestScore = -1;
        for (int i = 0; i < candidates.size(); i++) {
            Endpoint endpoint = candidates.get(i);
            double score = score(SourceHash.mix(endpoint.hash() ^ source), candidates.weight(i));
            if (score > bestScore) {
                best = endpoint;
                bestScore = score;
            }
        }
        return best;
    }

    private static double score(long hash, int weight) {
        double unit = ((hash >>> 11) + 0.5) * UNIT;
        return -weight / Math.log(unit);
    }
}
