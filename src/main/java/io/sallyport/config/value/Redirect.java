package io.sallyport.config.value;

import java.util.Locale;

/** Where the clients of a listener are told to come instead. */
public enum Redirect {
    /** Nowhere: the listener serves them. */
    OFF,
    /** To the listeners with TLS. */
    HTTPS;

    /** As the configuration writes it. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
