package io.sallyport.metrics;

import java.util.Locale;

/** Which way plaintext bytes go. */
public enum Direction {
    CLIENT_TO_BACKEND,
    BACKEND_TO_CLIENT;

    /** The label value. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
