package io.sallyport.tls.source;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.source.PairNames.Pair;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was read of the pairs of one folder: one that has not changed is not read again, and one that is broken now stays in
 * service as it was. One thread at a time.
 */
final class DirectoryMemory {
    private final FileContents contents = new FileContents();
    private Map<Pair, Known> pairs = new HashMap<>();

    /**
     * A pair as it was read last.
     *
     * @param state a hash of what it was read from
     * @param good what it was when it could last be used; null: never
     * @param broken why it cannot be used; null: it can
     * @param said what else there is to say of it
     */
    record Known(
            String state,
            @Nullable KeyMaterial good,
            @Nullable ConfigProblem broken,
            Findings said) {}

    /** Reads a pair; empty where {@code findings} got a problem. */
    interface Reader {
        Optional<KeyMaterial> read(Pair pair, Findings findings);
    }

    FileContents contents() {
        return contents;
    }

    /** What is known of a pair in this state, or is read now. */
    Known of(Pair pair, String state, Reader reader) {
        @Nullable Known before = pairs.get(pair);
        if (before != null && before.state.equals(state)) {
            return before;
        }
        Findings findings = new Findings();
        @Nullable KeyMaterial read = reader.read(pair, findings).orElse(null);
        @Nullable KeyMaterial stays = read == null && before != null ? before.good : read;
        @Nullable
        ConfigProblem broken = findings.problems().stream().findFirst().orElse(null);
        return new Known(state, stays, broken, findings);
    }

    /** What can still be served of pairs that are in {@code files} by one half alone: the other may be on its way. */
    Map<Pair, KeyMaterial> torn(Set<Pair> whole, Set<Path> files) {
        Map<Pair, KeyMaterial> torn = new HashMap<>();
        pairs.forEach((pair, known) -> {
            boolean half = files.contains(pair.chain()) != files.contains(pair.key());
            if (known.good != null && half && !whole.contains(pair)) {
                torn.put(pair, known.good);
            }
        });
        return torn;
    }

    /** Remembers these and no others. */
    void keep(Map<Pair, Known> read) {
        pairs = read;
    }
}
