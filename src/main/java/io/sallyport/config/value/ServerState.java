package io.sallyport.config.value;

import java.util.Locale;

/** What an operator wants of a server while the process runs. */
public enum ServerState {
    /** It gets connections, as far as its health and its weight say. */
    READY,
    /** It gets none of the new ones; those that it has go on. */
    DRAIN,
    /** The same, and those that it has end where {@code on-down = close} ends those of a server that is down. */
    MAINTENANCE;

    /** As in requests and answers. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
