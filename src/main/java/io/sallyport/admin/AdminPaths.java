package io.sallyport.admin;

import java.util.Locale;

/** What a listener answers. */
public enum AdminPaths {
    /** All that operators need. */
    ADMIN,
    /** What probes and Prometheus ask for, and nothing else: {@code /livez}, {@code /readyz}, {@code /metrics}. */
    METRICS;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
