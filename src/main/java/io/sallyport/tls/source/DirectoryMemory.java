package io.sallyport.tls.source;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.source.FileContents.Content;
import io.sallyport.tls.source.FileContents.Contents;
import io.sallyport.tls.source.PairNames.Pair;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was read of the pairs of one folder: one that has not changed is not read again, and one that is broken now stays in
 * service as it was. One thread at a time.
 */
final class DirectoryMemory {
    private final FileContents files = new FileContents();
    private Map<Pair, Known> pairs = new HashMap<>();
    private @Nullable Map<Path, Content> seen;
    private @Nullable Set<Path> watched;
    private @Nullable PairNames named;
    private int looks;
    private int pairsRead;

    /**
     * A pair as it was read last.
     *
     * @param state what it was read from; null: half of it was missing
     * @param good what it was when it could last be used; null: never
     * @param broken why it cannot be used; null: it can
     * @param said what else there is to say of it
     */
    record Known(
            @Nullable State state,
            @Nullable KeyMaterial good,
            @Nullable ConfigProblem broken,
            Findings said) {}

    /** Another, once something else is read. */
    record State(Content chain, Content key, String password) {}

    /** Reads a pair; empty where {@code findings} got a problem. */
    interface Reader {
        Optional<KeyMaterial> read(Pair pair, Findings findings);
    }

    /**
     * What was done since the start: of a folder with thousands of pairs, of which one changes, little may be.
     *
     * @param looks at the whole folder
     * @param files of which the content was read to know whether it is another
     */
    record Work(int looks, int files, int pairs) {}

    Work work() {
        return new Work(looks, files.reads(), pairsRead);
    }

    /** What is in the files of the folder now. Blocks. */
    Map<Path, Content> look(Path folder) throws MaterialException {
        seen = null;
        watched = null;
        looks++;
        FolderScan scan = FolderScan.of(folder);
        watched = scan.watched();
        Contents contents = files.of(scan.files());
        if (contents.otherKinds()) {
            named = null;
        }
        seen = contents.byFile();
        return contents.byFile();
    }

    /** What the last look has seen, but once alone: whoever took a fingerprint of it reads just that. Without one, it looks. */
    Map<Path, Content> lastLook(Path folder) throws MaterialException {
        Map<Path, Content> last = seen;
        Map<Path, Content> result = last == null ? look(folder) : last;
        seen = null;
        return result;
    }

    /** The folders and links of the last look; without one, it looks. */
    Set<Path> watched(Path folder) throws MaterialException {
        if (watched == null) {
            look(folder);
        }
        return Objects.requireNonNull(watched);
    }

    /** Which files of the last look belong together. */
    PairNames names(Map<Path, Content> contents) {
        PairNames names = named == null ? PairNames.of(contents) : named;
        named = names;
        return names;
    }

    /** What is known of a pair in this state, or is read now. */
    Known of(Pair pair, State state, Reader reader) {
        @Nullable Known before = pairs.get(pair);
        if (before != null && state.equals(before.state)) {
            return before;
        }
        Findings findings = new Findings();
        pairsRead++;
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
