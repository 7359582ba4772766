package io.sallyport.explain.scan;

import java.util.List;
import java.util.Locale;

/**
 * What a server takes in one version.
 *
 * @param version see {@link io.sallyport.handshake.iana.TlsVersions}
 * @param suites in the order in which it chose them; empty: it does not take the version
 * @param order whose order of the suites counts
 * @param groups in the order in which it chose them
 */
public record VersionScan(int version, List<Integer> suites, Order order, List<Integer> groups) {

    public VersionScan {
        suites = List.copyOf(suites);
        groups = List.copyOf(groups);
    }

    /** Who prefers. */
    public enum Order {
        CLIENT,
        SERVER,
        /** There is only one, or none. */
        NONE;

        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public boolean isTaken() {
        return !suites.isEmpty();
    }
}
