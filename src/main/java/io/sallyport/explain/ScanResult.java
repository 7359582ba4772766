package io.sallyport.explain;

import java.util.List;
import java.util.Optional;

/**
 * What a server takes.
 *
 * @param versions newest first, each that was asked for
 * @param dhBytes bytes of its finite-field Diffie-Hellman value; -1: it takes none
 * @param profiles what Mozilla's guideline says to that, strictest first
 * @param connections that were made
 * @param nanos that it took
 * @param incomplete why not everything was asked
 */
public record ScanResult(
        List<VersionScan> versions,
        int dhBytes,
        List<ProfileVerdict> profiles,
        int connections,
        long nanos,
        Optional<String> incomplete) {

    public ScanResult {
        versions = List.copyOf(versions);
        profiles = List.copyOf(profiles);
    }
}
