package io.sallyport.sources;

import io.sallyport.config.SourcesConfig;
import io.sallyport.tls.file.Findings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Loads the lists of one load; a file that several entries name is read once, and in memory once. Not safe for several threads. */
public final class SourcesLoader {
    private final Findings findings;
    private final Map<Path, NetworkSet> files = new HashMap<>();

    /** @param findings where it says what cannot be used */
    public SourcesLoader(Findings findings) {
        this.findings = findings;
    }

    /** Blocks. */
    public Sources load(SourcesConfig config) {
        Path file = config.denyFile();
        NetworkSet denied = file == null
                ? NetworkSet.NONE
                : files.computeIfAbsent(file, any -> NetworkFile.read(any, config.where(), findings));
        return Sources.of(config, denied);
    }
}
