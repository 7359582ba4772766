package io.sallyport.explain.scan;

import java.util.List;
import java.util.Optional;

/**
 * What a server takes.
 *
 * @param versions newest first, each that was asked for
 * @param dhBytes bytes of its finite-field Diffie-Hellman value; -1: it takes none
 * @param connections that were made
 * @param nanos that it took
 * @param incomplete why not everything was asked
 */
public record ScanResult(
        List<VersionScan> versions, int dhBytes, int connections, long nanos, Optional<String> incomplete) {

    public ScanResult {
        versions = List.copyOf(versions);
    }
}
