package io.sallyport.tls.source;

import io.sallyport.tls.file.FileHash;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where keys with their certificate chains come from. A new kind is one class here, its entry in the configuration, and a line
 * in {@link KeySources}; all that is made of a key follows by itself.
 *
 * <p>No method changes anything, here or in what serves. All may block, and are never called on an event loop.
 */
public interface KeySource {

    /** One value for all that it has now: another, once it has something else. A read that follows may read what this has seen. */
    default String fingerprint() {
        return FileHash.ofText(files().stream().map(FileHash::of).collect(Collectors.joining(" ")));
    }

    /**
     * All that it has now; none, and a problem in {@code findings}, where what it should have cannot be used.
     *
     * @param now what validity is judged by
     */
    List<KeyMaterial> read(Instant now, Findings findings);

    /** The files in which a change of it shows, in an order that stays the same. */
    Set<Path> files();
}
